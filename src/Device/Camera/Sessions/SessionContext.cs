using CameraFabric.Device.Camera.Capabilities;
using CameraFabric.Device.Camera.Wire;
using CameraFabric.Device.Delivery;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Device.Camera.Sessions;

/// <summary>What the desks of one session share: who it is, in which state, and under which configuration. Session thread only.</summary>
internal sealed class SessionContext
{
    private readonly SessionRole _initialRole;
    private ulong _lastTicket;
    private ulong _lastForgotten;
    private uint _lastGeneration;
    private bool _isPerFrame;
    private SessionRole _role;
    private SessionState _state;

    public SessionContext(CameraSessionOptions options, CameraProfile profile, SessionRole role, ICameraSessionHost host, FrameClock clock)
    {
        Options = options;
        Leases = new LeaseLedger(options.MaximumLeases);
        Host = host;
        Clock = clock;
        _initialRole = _role = role;
        Profile = profile;
        _isPerFrame = profile.IsPerFrame;
        Capabilities = CapabilityBlob.Write(profile, Limits);
    }

    public CameraSessionOptions Options { get; }

    public ICameraSessionHost Host { get; }

    public FrameClock Clock { get; }

    public SessionCounters Counters { get; } = new();

    /// <summary>The frames that the guest holds in place.</summary>
    public LeaseLedger Leases { get; }

    public CameraProfile Profile { get; private set; }

    /// <summary>The profile as the guest reads it.</summary>
    public byte[] Capabilities { get; private set; }

    public ulong CapabilityGeneration { get; private set; } = 1;

    public SessionRole Role
    {
        get => _role;
        set
        {
            if (_role != value) Revision++;
            _role = value;
        }
    }

    public SessionState State
    {
        get => _state;
        set
        {
            if (_state != value) Revision++;
            _state = value;
        }
    }

    /// <summary>Rises with every change of what a restart must not lose.</summary>
    public long Revision { get; private set; }

    /// <summary>
    /// What an earlier life of the device left is being put in force: commands and new requests wait, and nothing is saved.
    /// </summary>
    public bool IsRestoring { get; set; }

    public bool SourcePresent { get; set; } = true;

    /// <summary>The generation in force; 0 while there is no configuration.</summary>
    public uint Generation { get; private set; }

    /// <summary>The last generation that was given out.</summary>
    public uint LastGeneration => _lastGeneration;

    public StreamConfiguration? Configuration { get; private set; }

    public FrameLayout? Layout { get; private set; }

    /// <summary>What the camera does now, as far as the host has said: what an observer can have.</summary>
    public StreamConfiguration? CameraConfiguration { get; set; }

    public CapabilityLimits Limits => new(Options.MaximumInFlight, Options.MinimumBuffers, Options.MaximumBuffers);

    /// <summary>Whether this guest may set controls.</summary>
    public bool Steers => Role != SessionRole.Observer;

    /// <summary>
    /// Whether each of this guest's requests is bound to one frame: it steers a camera that has controls for single frames.
    /// </summary>
    public bool SteersFrames => Steers && _isPerFrame;

    public ulong NextTicket() => ++_lastTicket;

    /// <summary>The device is reset: answers to what was asked before are not for what comes after.</summary>
    public void ForgetTickets() => _lastForgotten = _lastTicket;

    /// <summary>Whether it was asked for before the device was reset; never so for 0, which nobody asked for.</summary>
    public bool IsForgotten(ulong ticket) => ticket != 0 && ticket <= _lastForgotten;

    /// <summary>Puts a configuration in force, under a new generation.</summary>
    public void Adopt(StreamConfiguration configuration)
    {
        if (++_lastGeneration == 0) _lastGeneration = 1;
        Readopt(configuration, _lastGeneration);
    }

    /// <summary>Puts a configuration in force under the generation that the guest knows.</summary>
    public void Readopt(StreamConfiguration configuration, uint generation)
    {
        Configuration = configuration;
        Layout = configuration.Layout();
        Generation = generation;
        State = SessionState.Configured;
        Revision++;
    }

    /// <summary>What was given out before by an earlier life of the device is not given out again for something else.</summary>
    public void ContinueAfter(uint lastGeneration, ulong capabilityGeneration)
    {
        _lastGeneration = lastGeneration;
        CapabilityGeneration = capabilityGeneration;
        Revision++;
    }

    /// <summary>Gives the configuration up.</summary>
    public void Abandon()
    {
        Configuration = null;
        Layout = null;
        Generation = 0;
        Revision++;
        if (State != SessionState.Broken) State = SessionState.Idle;
    }

    public void ChangeProfile(CameraProfile profile)
    {
        Profile = profile;
        _isPerFrame = profile.IsPerFrame;
        Capabilities = CapabilityBlob.Write(profile, Limits);
        CapabilityGeneration++;
        Revision++;
    }

    /// <summary>The checksum of what the guest reads about the camera: another one is another camera.</summary>
    public uint ChecksumCapabilities()
    {
        Span<byte> ids = stackalloc byte[32];
        _ = Profile.Id.TryWriteBytes(ids);
        _ = Profile.SyncGroup.TryWriteBytes(ids[16..]);
        return Crc32C.Compute(Capabilities, Crc32C.Compute(ids));
    }

    public void ResetRole() => Role = _initialRole;

    public bool HasAcquired => Role == SessionRole.Owner && _initialRole != SessionRole.Owner;

    public CameraConfig ReadConfig() => new(
        CameraWire.ProtocolVersion,
        (_isPerFrame ? CameraConfigFlags.PerFrame : 0)
            | (State == SessionState.Streaming ? CameraConfigFlags.Streaming : 0)
            | (SourcePresent ? CameraConfigFlags.SourcePresent : 0)
            | (Role == SessionRole.Owner ? CameraConfigFlags.Owner : 0)
            | (Role == SessionRole.Interleaved ? CameraConfigFlags.Interleaved : 0),
        StreamWire.MaximumStreams,
        (uint)Options.MaximumInFlight,
        RequestLimits.MaximumRequestBytes,
        RequestLimits.MaximumResultBytes,
        (uint)Profile.PipelineDepth,
        (uint)Capabilities.Length,
        CapabilityGeneration,
        Text64.From(Profile.Name),
        WireUuid.From(Profile.Id),
        WireUuid.From(Profile.SyncGroup));
}
