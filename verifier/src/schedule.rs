//! Several interactions at once, with results in the order of the pacts.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

/// How many jobs run at once, and which of them only alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) jobs: usize,
    /// Nobody asked for it: what may change the provider runs alone, and what the provider was too slow for in company is
    /// tried again alone.
    pub(crate) cautious: bool,
}

/// A job as the schedule sees it.
pub(crate) struct Jobs<Alone, Start, Slow> {
    pub(crate) count: usize,
    /// Must this job run alone?
    pub(crate) alone: Alone,
    /// Begins a job.
    pub(crate) start: Start,
    /// Did it fail in a way that company may have caused?
    pub(crate) slow: Slow,
}

impl Schedule {
    /// Runs all jobs and hands on their results in order, until that says to stop.
    pub(crate) async fn run<R, Fut: Future<Output = R>>(
        self,
        jobs: Jobs<impl Fn(usize) -> bool, impl Fn(usize) -> Fut, impl Fn(&R) -> bool>,
        mut done: impl FnMut(R) -> ControlFlow<()>,
    ) {
        let mut limit = self.jobs.max(1);
        let mut waiting: VecDeque<usize> = (0..jobs.count).collect();
        let mut running = FuturesUnordered::new();
        let mut alone_is_running = false;
        let mut finished: BTreeMap<usize, R> = BTreeMap::new();
        let mut next = 0;
        loop {
            while running.len() < limit && !alone_is_running {
                let Some(&job) = waiting.front() else { break };
                let alone = self.cautious && (jobs.alone)(job);
                if alone && !running.is_empty() {
                    break;
                }
                waiting.pop_front();
                alone_is_running = alone;
                let result = (jobs.start)(job);
                running.push(async move { (job, result.await) });
            }
            let in_company = limit > 1 && !alone_is_running;
            let Some((job, result)) = running.next().await else { return };
            alone_is_running = false;
            if self.cautious && in_company && (jobs.slow)(&result) {
                // A provider that answers one request at a time must not fail because several came.
                limit = 1;
                let at = waiting.partition_point(|other| *other < job);
                waiting.insert(at, job);
                continue;
            }
            finished.insert(job, result);
            while let Some(result) = finished.remove(&next) {
                next += 1;
                if done(result).is_break() {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    /// Which jobs were begun while others ran; each job takes a few turns, the later the fewer.
    async fn run(schedule: Schedule, alone: &[usize], slow: impl Fn(usize, usize) -> bool) -> (Vec<usize>, usize) {
        let (running, most) = (Cell::new(0_usize), Cell::new(0_usize));
        let results = RefCell::new(Vec::new());
        let jobs = Jobs {
            count: 8,
            alone: |job| alone.contains(&job),
            start: |job: usize| {
                let (running, most) = (&running, &most);
                async move {
                    running.set(running.get() + 1);
                    most.set(most.get().max(running.get()));
                    let company = running.get();
                    for _ in 0..(10 - job) {
                        tokio::task::yield_now().await;
                    }
                    let company = company.max(running.get());
                    running.set(running.get() - 1);
                    (job, company)
                }
            },
            slow: |(job, company): &(usize, usize)| slow(*job, *company),
        };
        schedule
            .run(jobs, |(job, company)| {
                assert!(company == 1 || !schedule.cautious || !alone.contains(&job), "job {job} had company");
                results.borrow_mut().push(job);
                ControlFlow::Continue(())
            })
            .await;
        (results.into_inner(), most.get())
    }

    #[tokio::test]
    async fn results_keep_their_order_and_no_more_jobs_run_than_allowed() {
        let all: Vec<_> = (0..8).collect();
        for (jobs, most) in [(0, 1), (1, 1), (3, 3), (100, 8)] {
            let asked = Schedule { jobs, cautious: false };
            assert_eq!(run(asked, &[2, 3], |_, _| false).await, (all.clone(), most));
        }
    }

    #[tokio::test]
    async fn by_default_some_run_alone_and_what_was_too_slow_in_company_is_tried_again_alone() {
        let all: Vec<_> = (0..8).collect();
        let cautious = Schedule { jobs: 4, cautious: true };
        assert_eq!(run(cautious, &[2, 5], |_, _| false).await.0, all);
        assert_eq!(run(cautious, &[], |job, company| job == 1 && company > 1).await.0, all);
    }

    #[tokio::test]
    async fn it_ends_when_it_is_told_to() {
        let seen = Cell::new(0);
        let jobs = Jobs { count: 9, alone: |_| false, start: |job| async move { job }, slow: |_: &usize| false };
        let schedule = Schedule { jobs: 3, cautious: false };
        schedule
            .run(jobs, |job| {
                seen.set(seen.get() + 1);
                if job == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
            .await;
        assert_eq!(seen.get(), 5);
    }
}
