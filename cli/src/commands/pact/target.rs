//! Where a pact goes: standard output, or a file that is replaced as a whole.

use std::path::Path;

use intact_pact_model::{Pact, SpecVersion};

use crate::context::Context;
use crate::error::Problem;
use crate::pact_files::STANDARD_INPUT;
use crate::whole_file;

/// Writes a pact in a version to the file, or to standard output if there is none.
pub(super) fn write(pact: &Pact, version: SpecVersion, file: Option<&Path>, context: &Context) -> anyhow::Result<()> {
    let document =
        pact.write(version).map_err(|error| Problem::usage(format!("the pact cannot be written: {error}")))?;
    let text = document.to_pretty();
    match file {
        Some(file) if file != Path::new(STANDARD_INPUT) => whole_file::replace(file, format!("{text}\n").as_bytes())
            .map_err(|error| Problem::usage(format!("{} cannot be written: {error}", file.display())).into()),
        _ => {
            context.printer.raw(&text);
            Ok(())
        }
    }
}
