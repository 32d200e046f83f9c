using CameraFabric.Fabric.Placement;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Fabric.Tests.Placement;

public sealed class AdmissionTests
{
    [Fact]
    public void A_core_node_whom_nobody_answers_waits_for_the_others_for_ever()
    {
        var admission = new Admission(isCore: true);

        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(AdmissionVerdict.Wait, admission.Judge(isIn: false)));
    }

    [Fact]
    public void A_core_node_that_was_answered_and_then_put_out_ends_when_that_has_been_so_for_one_time()
    {
        var admission = new Admission(isCore: true);

        Assert.Equal(AdmissionVerdict.Wait, admission.Judge(isIn: false));
        Assert.Equal(AdmissionVerdict.Wait, admission.Judge(isIn: true));
        Assert.Equal(AdmissionVerdict.End, admission.Judge(isIn: true));
    }

    [Fact]
    public void A_child_ends_at_once_because_its_parent_lives() =>
        Assert.Equal(AdmissionVerdict.End, new Admission(isCore: false).Judge(isIn: false));

    [Fact]
    public void A_parent_vouches_for_the_run_that_was_its_process_and_for_no_other_of_that_name()
    {
        var child = new NodeRig { Name = "camera.front", Address = new NodeAddress("127.0.0.1", 0), Parent = "a" };
        var roles = MembershipActor.RolesOf(child, process: 41).ToArray();

        Assert.True(MembershipActor.IsRun(roles, "camera.front", 41));
        Assert.False(MembershipActor.IsRun(roles, "camera.front", 42));
        Assert.False(MembershipActor.IsRun(roles, "camera.rear", 41));
        Assert.False(MembershipActor.IsRun(MembershipActor.RolesOf(PlacementRig.Node("a"), 41), "a", 41));
    }
}
