// Integration tests share two processors with each other: one at a time keeps their time-outs honest.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
