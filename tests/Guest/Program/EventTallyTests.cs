using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Program;

namespace CameraFabric.Guest.Tests.Program;

public sealed class EventTallyTests
{
    [Fact]
    public void Faults_of_the_source_are_counted_by_kind_and_unknown_ones_as_such()
    {
        var tally = new EventTally();
        tally.Count(Source(SourceEvent.Lost, (uint)SourceFault.Silent));
        tally.Count(Source(SourceEvent.Back, 0));
        tally.Count(Source(SourceEvent.Fault, (uint)SourceFault.Frozen));
        tally.Count(Source(SourceEvent.Fault, (uint)SourceFault.Frozen));
        tally.Count(Source(SourceEvent.Fault, 77));
        tally.Count(Source(SourceEvent.Lost, 0)); // a recording has ended: no fault

        Assert.Equal([new("Frozen", 2), new("Silent", 1), new("Unknown", 1)], tally.SourceFaults());
        Assert.Equal([new("Source", 6)], tally.ByType());
    }

    private static CameraEvent Source(SourceEvent code, uint argument) =>
        new(CameraEventType.Source, 0, CameraEvent.Bytes, 1, 0, 0, 0, (uint)code, 0, argument, 0);
}
