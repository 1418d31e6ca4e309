// Resident memory is measured in some tests, and libtorch has one thread count for the process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
