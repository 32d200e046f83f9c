namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>How far a ring had come, after its device was reset.</summary>
public sealed class RingIndexTests
{
    [Fact]
    public void Status_zero_leaves_to_be_asked_how_far_a_ring_had_come_and_the_next_run_begins_at_zero()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        for (var i = 0; i < 3; i++) rig.AskAndExpectEcho();

        rig.Frontend.SetStatus(0);

        // A front-end that pauses a guest says so, too, and goes on from the answer.
        Assert.Equal(3, rig.Frontend.GetVringBase(0));
        rig.Run();
        rig.AskAndExpectEcho();
    }

    [Fact]
    public void A_ring_that_does_not_run_in_the_next_life_does_not_say_how_far_it_came_in_the_one_before()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        for (var i = 0; i < 3; i++) rig.AskAndExpectEcho();
        rig.Frontend.SetStatus(0);
        rig.Run(1);
        Assert.Equal(0, rig.Frontend.GetVringBase(0));
    }

    [Fact]
    public void After_RESET_DEVICE_no_ring_has_come_anywhere()
    {
        using var rig = new Rig().Negotiate().ShareMemory();
        rig.Run();
        for (var i = 0; i < 3; i++) rig.AskAndExpectEcho();
        rig.Frontend.ResetDevice();
        Assert.Equal(0, rig.Frontend.GetVringBase(0));
    }
}
