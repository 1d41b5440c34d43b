//! What somebody at a terminal sees of work that takes longer than a second: that it goes on, and for how long.
//!
//! It goes to standard error, is gone at the end, and is not drawn at all where nobody watches.

use std::io::{IsTerminal as _, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::JoinHandle;

use crate::printer::Printer;

/// How long work may take before it is shown.
const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(120);

/// Something that is being done; shown until it is dropped.
pub(crate) struct Progress {
    shown: Option<(ProgressBar, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to show work in so many steps (none, if that is not known), within a runtime. It is a remark: who wants none is
    /// shown nothing.
    pub(crate) fn begin(what: &str, steps: Option<u64>, printer: &Printer) -> Self {
        Self::before(stderr().is_terminal(), what, steps, printer)
    }

    fn before(terminal: bool, what: &str, steps: Option<u64>, printer: &Printer) -> Self {
        if !terminal || printer.is_quiet() {
            return Self { shown: None };
        }
        Self::on(ProgressDrawTarget::stderr(), PATIENCE, what, steps)
    }

    fn on(target: ProgressDrawTarget, patience: Duration, what: &str, steps: Option<u64>) -> Self {
        let template = match steps {
            Some(_) => "{spinner} {msg} {bar:30} {pos} of {len}, {elapsed}",
            None => "{spinner} {msg}, {elapsed}",
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(steps, ProgressDrawTarget::hidden()).with_style(style);
        bar.set_message(what.to_owned());
        let later = bar.clone();
        let begin = tokio::spawn(async move {
            tokio::time::sleep(patience).await;
            later.set_draw_target(target);
            later.enable_steady_tick(TICK);
            later.tick();
        });
        Self { shown: Some((bar, begin)) }
    }

    /// One step is done.
    pub(crate) fn step(&self) {
        if let Some((bar, _)) = &self.shown {
            bar.inc(1);
        }
    }

    /// Writes lines while the progress is out of the way.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.shown {
            Some((bar, _)) => bar.suspend(write),
            None => write(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((bar, begin)) = &self.shown {
            begin.abort();
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! A terminal to draw on.

    use std::io;
    use std::sync::{Arc, Mutex};

    use indicatif::TermLike;

    /// A terminal that keeps what is written.
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Screen(Arc<Mutex<String>>);

    impl Screen {
        fn add(&self, text: &str) {
            self.0.lock().expect("no writer has panicked").push_str(text);
        }

        /// All that was written.
        pub(crate) fn shown(&self) -> String {
            self.0.lock().expect("no writer has panicked").clone()
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.add(&format!("{text}\n"));
            Ok(())
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.add(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.add("<cleared>");
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::Screen;
    use super::*;
    use crate::printer::testing as testing_printer;

    fn begun(screen: &Screen, patience: Duration) -> Progress {
        let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
        Progress::on(target, patience, "publishing", Some(3))
    }

    #[tokio::test]
    async fn long_work_is_shown_and_gone_at_the_end() {
        let screen = Screen::default();
        let progress = begun(&screen, Duration::ZERO);
        progress.step();
        let drawn = async {
            while !screen.shown().contains("1 of 3") {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), drawn).await.expect("it is drawn");
        assert!(screen.shown().contains("publishing"), "{:?}", screen.shown());
        drop(progress);
        assert!(screen.shown().ends_with("<cleared>"), "{:?}", screen.shown());
    }

    #[tokio::test]
    async fn nothing_is_shown_where_nobody_watches_or_remarks_are_not_wanted() {
        let (loud, ..) = testing_printer::keeping(anstream::ColorChoice::Never);
        let quiet = testing_printer::quiet();
        let is_shown = |terminal, printer| Progress::before(terminal, "publishing", None, printer).shown.is_some();
        assert_eq!((is_shown(true, &loud), is_shown(false, &loud), is_shown(true, &quiet)), (true, false, false));
    }

    #[tokio::test]
    async fn short_work_is_not_shown() {
        let screen = Screen::default();
        drop(begun(&screen, Duration::MAX / 4));
        tokio::task::yield_now().await;
        assert_eq!(screen.shown(), "");
    }
}
