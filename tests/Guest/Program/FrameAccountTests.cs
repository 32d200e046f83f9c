using CameraFabric.Guest.Program;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Guest.Tests.Program;

public sealed class FrameAccountTests
{
    [Fact]
    public void Books_balance_when_every_missing_frame_is_told_and_only_then()
    {
        var frames = Gen.Choose(0, 3).SelectMany(gap =>
            Gen.Choose(0, 9).Select(lie => (Gap: gap, Told: lie == 0 ? gap + 1 : gap))).NonEmptyListOf();
        Check.QuickThrowOnFailure(Prop.ForAll(frames.ToArbitrary(), script =>
        {
            var account = new FrameAccount();
            var frame = 1000UL;
            var honest = true;
            var first = true;
            foreach (var (gap, told) in script)
            {
                frame += (ulong)gap + 1;
                Assert.True(account.TryBook(frame, (uint)told, out var missing));
                Assert.Equal(first ? 0UL : (ulong)gap, missing);
                honest &= first || gap == told;
                first = false;
            }

            Assert.Equal(honest, account.Balanced);
            Assert.Equal((long)(frame - account.First) + 1, account.Span);
            Assert.Equal(script.Count, account.Delivered);
        }));
    }

    [Fact]
    public void A_frame_that_does_not_follow_is_not_booked()
    {
        var account = new FrameAccount();
        Assert.True(account.TryBook(5, 0, out _));
        Assert.False(account.TryBook(5, 0, out _));
        Assert.False(account.TryBook(4, 0, out _));
        Assert.True(account.TryBook(6, 0, out _));
        Assert.Equal(2, account.Delivered);
        Assert.True(account.Balanced);
    }

    [Fact]
    public void A_new_connection_opens_a_new_span()
    {
        var account = new FrameAccount();
        account.TryBook(5, 3, out _);
        account.TryBook(6, 0, out _);
        account.BeginSpan();
        Assert.True(account.TryBook(100, 7, out var gap));
        Assert.Equal(0UL, gap);
        account.TryBook(103, 2, out _);
        Assert.Equal(6, account.Span);
        Assert.Equal(10, account.ToldBeforeFirst);
        Assert.True(account.Balanced);
    }
}
