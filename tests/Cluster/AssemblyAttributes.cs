// Each test starts processes that share few processors with each other: one test at a time keeps their time-outs honest.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
