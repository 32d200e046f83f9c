using CameraFabric.Device.VhostUser;
using CameraFabric.Platform;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.VhostUser;

/// <summary>Whatever comes from the socket, the back-end ends in order, with a reason, and gives everything back.</summary>
public sealed class AnyMessageTests
{
    private static readonly uint[] Requests = [.. Enum.GetValues<FrontendRequest>().Select(request => (uint)request), 6, 31, 99];

    [Fact]
    public void Any_bytes_end_with_a_reason() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Ends(new Rig(), rig =>
        {
            if (bytes.Length > 0) rig.Socket.Send(bytes, [], GuestFrontend.Soon);
        })).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_messages_of_a_running_device_end_with_a_reason()
    {
        var words = Gen.Elements<ulong>(
            0, 1, 2, 3, 8, 0x100, 0x1_0000, 0x4000_0000, 0x7f00_0000_0000, 1UL << 32, 1UL << 63, ulong.MaxValue);
        var message = from request in Gen.Elements(Requests)
                      from payload in Gen.Choose(0, 9).SelectMany(words.ArrayOf)
                      from cut in Gen.Frequency((9, Gen.Constant(0)), (1, Gen.Choose(0, 7)))
                      from isRight in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
                      from signals in Gen.Frequency((3, Gen.Constant(0)), (3, Gen.Constant(1)), (1, Gen.Choose(2, 9)))
                      select new Message(request, payload, cut, isRight, signals);
        Prop.ForAll(Gen.Choose(1, 12).SelectMany(message.ArrayOf).ToArbitrary(), messages => Ends(new Rig(), rig =>
        {
            rig.Negotiate().ShareMemory();
            rig.Run();
            using var signal = EventFd.Create();
            foreach (var each in messages) each.Send(rig, signal);
        })).QuickCheckThrowOnFailure();
    }

    private static bool Ends(Rig rig, Action<Rig> play)
    {
        using (rig)
        {
            try
            {
                play(rig);
            }
            catch (Exception e) when (e is SocketClosedException or VhostUserException)
            {
                // It has ended already.
            }

            rig.Frontend.Dispose();
            var end = rig.End();
            Assert.Contains(end.Reason, new[] { VhostUserEndReason.PeerClosed, VhostUserEndReason.ProtocolError });
            return end.Message.Length > 10;
        }
    }

    // The size is mostly right for the request, so that more than the check of sizes is met.
    private sealed record Message(uint Request, ulong[] Words, int Cut, bool IsRight, int Signals)
    {
        public void Send(Rig rig, EventFd signal)
        {
            var bytes = Words.SelectMany(BitConverter.GetBytes).SkipLast(Cut).ToArray();
            if (IsRight && VhostUserRule.TryGet((FrontendRequest)Request, out var rule)) Array.Resize(ref bytes, rule.Minimum);
            rig.Send(Request, bytes, flags: 9, null, [.. Enumerable.Repeat(signal.Descriptor, Signals)]);
        }

        public override string ToString() =>
            $"{Request}({string.Join(' ', Words.Select(word => word.ToString("x")))}) -{Cut} {IsRight} {Signals}";
    }
}
