using CameraFabric.Fabric.Ownership;
using CameraFabric.Fabric.Tests.Fakes;

namespace CameraFabric.Fabric.Tests.Ownership;

public sealed class OwnershipLedgerTests
{
    private readonly OwnershipLedger _ledger = new(interleaved: false);

    [Fact]
    public void The_rigs_owner_owns_the_camera_when_it_joins()
    {
        Assert.Equal(1UL, _ledger.Join(1, asOwner: true, mayAcquire: false).Gained);
        Assert.Equal(1UL, _ledger.Owner);
    }

    [Fact]
    public void The_rigs_owner_waits_if_another_has_acquired_the_camera_meanwhile()
    {
        _ledger.Join(2, asOwner: false, mayAcquire: true);
        _ledger.Acquire(2, force: false);

        Assert.Equal(0UL, _ledger.Join(1, asOwner: true, mayAcquire: false).Gained);
        Assert.Equal(2UL, _ledger.Owner);
        Assert.Equal(OwnerVerdict.Granted, _ledger.Acquire(1, force: true).Verdict);
    }

    [Fact]
    public void An_observer_without_leave_is_denied()
    {
        _ledger.Join(1, asOwner: false, mayAcquire: false);

        Assert.Equal(OwnerVerdict.Denied, _ledger.Acquire(1, force: true).Verdict);
        Assert.Equal(0UL, _ledger.Owner);
    }

    [Fact]
    public void An_owned_camera_is_busy_unless_taken_by_force()
    {
        _ledger.Join(1, asOwner: true, mayAcquire: false);
        _ledger.Join(2, asOwner: false, mayAcquire: true);

        Assert.Equal(new OwnerChange(OwnerVerdict.Busy), _ledger.Acquire(2, force: false));
        Assert.Equal(new OwnerChange(OwnerVerdict.Granted, Gained: 2, Lost: 1, Forced: true), _ledger.Acquire(2, force: true));
    }

    [Fact]
    public void A_camera_whose_owner_leaves_is_free()
    {
        _ledger.Join(1, asOwner: true, mayAcquire: false);

        Assert.Equal(1UL, _ledger.Leave(1).Lost);
        Assert.Equal(0UL, _ledger.Owner);
    }

    [Fact]
    public void Nobody_owns_an_interleaved_camera()
    {
        var ledger = new OwnershipLedger(interleaved: true);
        ledger.Join(1, asOwner: true, mayAcquire: true);

        Assert.Equal(OwnerVerdict.Unsupported, ledger.Acquire(1, force: true).Verdict);
        Assert.Equal(0UL, ledger.Owner);
    }

    [Fact]
    public void There_is_at_most_one_owner_and_each_change_names_who_won_and_who_lost() => Properties.Hold(decisions =>
    {
        var ledger = new OwnershipLedger(interleaved: false);
        ulong owner = 0;
        while (decisions.AreLeft)
        {
            var session = (ulong)decisions.Below(4) + 1;
            var change = decisions.Below(5) switch
            {
                0 => ledger.Join(session, decisions.Below(2) == 0, decisions.Below(2) == 0),
                1 => ledger.Leave(session),
                2 => ledger.Release(session),
                _ => ledger.Acquire(session, decisions.Below(2) == 0),
            };
            if (change.Lost != 0) Assert.Equal(owner, change.Lost);
            if (change.Lost != 0) owner = 0;
            if (change.Gained != 0) owner = change.Gained;
            Assert.Equal(owner, ledger.Owner);
        }
    });
}
