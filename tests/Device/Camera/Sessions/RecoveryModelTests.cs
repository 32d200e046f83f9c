using CameraFabric.Device.Camera.Sessions;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Tests.Virtqueues;
using CameraFabric.Sensors.Controls;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Device.Tests.Camera.Sessions;

/// <summary>
/// Lives cut off at any store into the rings' kept memory, under a guest that sends one command after the other: against a model in which
/// nothing is ever cut off.
/// </summary>
public sealed class RecoveryModelTests
{
    private enum Step
    {
        Configure,
        Attach,
        AttachHalf,
        Detach,
        Start,
        Stop,
        Flush,
        Set,
        Acquire,
        GiveUp,
        Request,
        Release,
    }

    [Fact]
    public void Cut_off_anywhere_each_command_is_done_once_and_the_guest_finds_what_it_had_said()
    {
        // Half of the steps are not cut off at all; a life has few stores between one step and the next.
        var cuts = Gen.Choose(-6, 6).Select(cut => Math.Max(0, cut));
        var steps = Gen.Elements(Enum.GetValues<Step>()).SelectMany(step => cuts.SelectMany(first => cuts.SelectMany(
            second => Gen.Choose(0, 3).Select(which => (Step: step, First: first, Second: second, Which: (uint)which)))));
        var runs = steps.ListOf(40).Select(list => list.ToArray()).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(runs, run =>
        {
            using var model = new Model();
            model.Do(Step.Configure, 0, 0, 0);
            foreach (var (step, first, second, which) in run) model.Do(step, which, first, second);
            model.Finish();
        }));
    }

    [Fact]
    public void Whatever_the_front_end_makes_of_the_state_the_session_restores_it_within_its_limits_or_begins_anew()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<NonNegativeInt>(), (bytes, at) =>
        {
            using var rig = new SessionRig().Keeping();
            rig.Stream();
            var request = rig.Request(1, 0);
            var area = new SavedArea(rig.Saved);
            var state = area.Load()!;
            var place = at.Get % state.Length;
            bytes.AsSpan(0, Math.Min(bytes.Length, state.Length - place)).CopyTo(state.AsSpan(place));
            Assert.True(area.TrySave(state));
            rig.Crash();
            rig.PumpAll();
            rig.AnswerAll();
            rig.Clock.Advance(rig.Options.RestoreTimeout.Ticks * 100);
            rig.Session.OnTick();
            Assert.Equal(CameraStatus.Cancelled, request.Status);
            Assert.False(rig.Session.IsRestoring);
            Assert.InRange(rig.Session.AttachedBuffers, 0, rig.Options.MaximumBuffers);
            Assert.Empty(rig.Host.Violations);
            Assert.Equal(rig.Session.Generation == 0, rig.Session.State == SessionState.Idle);
            Assert.Equal(CameraStatus.Ok, rig.Command(CameraCommand.ClockSample).Status);
        }).QuickCheckThrowOnFailure();
    }

    private sealed class LifeOver : Exception;

    private sealed class Model : IDisposable
    {
        private readonly SessionRig _rig = new SessionRig(SessionRole.Observer).Keeping();
        private readonly Dictionary<uint, bool> _buffers = [];
        private readonly Dictionary<uint, SessionRig.Sent> _users = [];
        private readonly List<SessionRig.Sent> _requests = [];
        private uint _generation;
        private bool _isStreaming;
        private bool _isOwner;
        private bool _isSet;
        private ulong _lastRequest;

        public void Do(Step step, uint which, int first, int second)
        {
            switch (step)
            {
                case Step.Configure:
                    var body = new ConfigureCommand(0, 1);
                    var sent = Send(CameraCommand.Configure, [.. Of(body), .. Of(SessionRig.Wanted())], first, second,
                        _isStreaming ? CameraStatus.Busy : CameraStatus.Ok);
                    if (_isStreaming) break;
                    Forget();
                    Assert.NotEqual(_generation, sent.Reply<ConfigureReply>().Generation);
                    _generation = sent.Reply<ConfigureReply>().Generation;
                    break;
                case Step.Release:
                    Send(CameraCommand.Release, [], first, second, CameraStatus.Ok);
                    Forget();
                    _generation = 0;
                    _isStreaming = false;
                    break;
                case Step.Attach or Step.AttachHalf:
                    Attach(which, step == Step.AttachHalf, first, second);
                    break;
                case Step.Detach when !IsBusy(which):
                    Send(CameraCommand.DetachBuffer, Of(new DetachBufferCommand(_generation, 0, which, 0)), first, second,
                        _generation == 0 ? CameraStatus.Stale : _buffers.Remove(which) ? CameraStatus.Ok : CameraStatus.Invalid);
                    break;
                case Step.Start:
                    Send(CameraCommand.Start, Of(new StartCommand(_generation, 0, 0, 0)), first, second,
                        _generation == 0 ? CameraStatus.Stale : _isStreaming ? CameraStatus.Busy : CameraStatus.Ok);
                    _isStreaming |= _generation != 0;
                    break;
                case Step.Stop or Step.Flush:
                    Send(step == Step.Stop ? CameraCommand.Stop : CameraCommand.Flush, Of(new GenerationCommand(_generation, 0)), first, second,
                        _generation == 0 ? CameraStatus.Stale : CameraStatus.Ok);
                    _isStreaming &= step == Step.Flush;
                    break;
                case Step.Set:
                    var packet = SessionRig.Packet((ControlCatalogue.Brightness.Id, ControlValue.FromFixed(0.5)));
                    Send(CameraCommand.SetControls, [.. Of(new ControlsCommand(0, (uint)packet.Length)), .. packet], first, second,
                        _isOwner ? CameraStatus.Ok : CameraStatus.NotOwner);
                    _isSet |= _isOwner;
                    break;
                case Step.Acquire:
                    Send(CameraCommand.AcquireOwner, Of(new OwnerCommand(0, 0)), first, second, CameraStatus.Ok);
                    _isOwner = true;
                    break;
                case Step.GiveUp:
                    Send(CameraCommand.ReleaseOwner, Of(new OwnerCommand(0, 0)), first, second,
                        _isOwner ? CameraStatus.Ok : CameraStatus.NotOwner);
                    // An observer's values are the camera's, which a restart forgets.
                    _isOwner = _isSet = false;
                    break;
                case Step.Request when _generation != 0 && _buffers.GetValueOrDefault(which) && !IsBusy(which):
                    var bytes = _rig.RequestBytes(++_lastRequest, which);
                    CameraWire.Write(bytes, CameraWire.Read<RequestHeader>(bytes) with { Generation = _generation });
                    var request = _rig.Post(CameraWire.RequestQueue, bytes, 512);
                    _requests.Add(request);
                    _users[which] = request;
                    Live(first, second);
                    Assert.True(!request.IsAnswered || request.Status == CameraStatus.Cancelled);
                    break;
            }

            foreach (var request in _requests) Assert.True(!request.IsAnswered || request.Status is CameraStatus.Cancelled or CameraStatus.NotOwner);
            Compare();
        }

        public void Finish()
        {
            Do(Step.Release, 0, 0, 0);
            Assert.All(_requests, request => Assert.True(request.IsAnswered));
        }

        public void Dispose() => _rig.Dispose();

        private void Attach(uint which, bool isHalf, int first, int second)
        {
            var place = _rig.Allocate(SessionRig.FrameBytes);
            var isNew = !_buffers.TryGetValue(which, out var isWhole);
            var command = new AttachBufferCommand(_generation, 0, which, 1, isHalf ? AttachFlags.More : AttachFlags.None, 0);
            Send(CameraCommand.AttachBuffer,
                [.. Of(command), .. Of(new MemoryEntry(DriverRing.AddressOf(place), SessionRig.FrameBytes, 0))], first, second,
                _generation == 0 ? CameraStatus.Stale : isNew || !isWhole ? CameraStatus.Ok : CameraStatus.Invalid);
            if (_generation != 0 && !isWhole) _buffers[which] = !isHalf;
        }

        private SessionRig.Sent Send(CameraCommand type, ReadOnlySpan<byte> body, int first, int second, CameraStatus expected)
        {
            var sent = _rig.Post(CameraWire.ControlQueue, _rig.Message(type, body), 512);
            Live(first, second);
            Assert.True(sent.IsAnswered, $"{type} was not answered");
            Assert.True(sent.Status == expected, $"{type}: {sent.Status}, expected {expected}");
            return sent;
        }

        /// <summary>Lets the device work; it is killed before the store of this number, and its next life before that one.</summary>
        private void Live(params ReadOnlySpan<int> cuts)
        {
            foreach (var cut in cuts)
            {
                if (!IsCut(cut)) break;
                _rig.Crash(SessionRole.Observer);
            }

            // A life without any chain has nothing to begin with; a guest that has said something soon says more.
            if (_rig.Session.IsRestoring) _rig.Post(CameraWire.ControlQueue, _rig.Message(CameraCommand.ClockSample, []), 64);
            IsCut(0);
        }

        private bool IsCut(int cut)
        {
            var left = cut;
            _rig.BeforeStore = () =>
            {
                if (cut > 0 && --left == 0) throw new LifeOver();
            };
            try
            {
                _rig.PumpAll();
                _rig.AnswerAll();
                return false;
            }
            catch (LifeOver)
            {
                return true;
            }
            finally
            {
                _rig.BeforeStore = null;
            }
        }

        private void Forget() => _buffers.Clear();

        private bool IsBusy(uint buffer) => _users.TryGetValue(buffer, out var user) && !user.IsAnswered;

        private void Compare()
        {
            var session = _rig.Session;
            Assert.Equal((_generation, _buffers.Count), (session.Generation, session.AttachedBuffers));
            Assert.Equal(_isOwner ? SessionRole.Owner : SessionRole.Observer, session.Role);
            Assert.Equal(
                _generation == 0 ? SessionState.Idle : _isStreaming ? SessionState.Streaming : SessionState.Configured, session.State);
            if (!_isSet) return;
            var answer = _rig.Post(CameraWire.ControlQueue, _rig.Message(CameraCommand.GetControls, Of(new ControlsCommand(0, 0))), 512);
            IsCut(0);
            Assert.Equal(ControlValue.FromFixed(0.5).Bytes.ToArray(), answer.ReplyItems[ControlCatalogue.Brightness.Id].Value);
        }

        private static byte[] Of<T>(in T value)
            where T : unmanaged => SessionRig.BytesOf(value);
    }
}
