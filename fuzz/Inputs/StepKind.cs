namespace CameraFabric.Fuzz.Inputs;

/// <summary>What one line of an input does. The numbers are written to journals, not to the corpus: that has the names.</summary>
internal enum StepKind : byte
{
    // The driver and its memory.
    Setup,
    Command,
    Request,
    Send,
    EventBuffers,
    Pump,
    Poke,
    PokeMessage,
    Descriptor,
    TableEntry,
    Available,
    AvailableIndex,

    // The camera behind the session, and time.
    Answer,
    Frame,
    Claim,
    Tick,
    StopQueue,
    Reset,
    Source,
    Controls,
    Dropped,
    Owner,
    CameraConfiguration,
    Loss,
    StreamTimeout,

    // The front-end.
    Message,
    Kick,
    Publish,
    Cut,
}

/// <summary>The names of the steps and of their numbers, as they stand in a file.</summary>
internal static class StepNames
{
    private static readonly Dictionary<StepKind, (string Name, string[] Fields)> Names = new()
    {
        [StepKind.Setup] = ("setup", ["role", "profile", "features", "size", "inflight", "start"]),
        [StepKind.Command] = ("command", ["type", "patch", "excess", "room", "shape", "version"]),
        [StepKind.Request] = ("request", ["buffer", "flags", "target", "timeout", "idstep", "room"]),
        [StepKind.Send] = ("send", ["queue", "room", "shape"]),
        [StepKind.EventBuffers] = ("event-buffers", ["count", "room"]),
        [StepKind.Pump] = ("pump", ["queue", "most"]),
        [StepKind.Poke] = ("poke", ["place"]),
        [StepKind.PokeMessage] = ("poke-message", ["back", "offset", "width", "value"]),
        [StepKind.Descriptor] = ("descriptor", ["queue", "index", "address", "length", "flags", "next"]),
        [StepKind.TableEntry] = ("table-entry", ["back", "index", "address", "length", "flags", "next"]),
        [StepKind.Available] = ("available", ["queue", "ahead", "head"]),
        [StepKind.AvailableIndex] = ("available-index", ["queue", "ahead"]),
        [StepKind.Answer] = ("answer", ["status", "which"]),
        [StepKind.Frame] = ("frame", ["which", "advance", "flags", "applied", "later"]),
        [StepKind.Claim] = ("claim", ["which"]),
        [StepKind.Tick] = ("tick", ["ns"]),
        [StepKind.StopQueue] = ("stop-queue", ["queue"]),
        [StepKind.Reset] = ("reset", []),
        [StepKind.Source] = ("source", ["what", "frame"]),
        [StepKind.Controls] = ("controls", ["frame", "id", "value", "count"]),
        [StepKind.Dropped] = ("dropped", ["count", "reason", "frame"]),
        [StepKind.Owner] = ("owner", ["role", "forced"]),
        [StepKind.CameraConfiguration] = ("camera-configuration", ["format"]),
        [StepKind.Loss] = ("loss", ["which", "reason", "frame"]),
        [StepKind.StreamTimeout] = ("stream-timeout", ["frame"]),
        [StepKind.Message] = ("message", ["request", "flags", "excess", "kind", "count"]),
        [StepKind.Kick] = ("kick", ["queue"]),
        [StepKind.Publish] = ("publish", ["queue", "count"]),
        [StepKind.Cut] = ("cut", ["bytes"]),
    };

    private static readonly string[][] FieldsByKind = [.. Enum.GetValues<StepKind>().Select(kind => Names[kind].Fields)];

    private static readonly Dictionary<string, StepKind> Kinds = Names.ToDictionary(pair => pair.Value.Name, pair => pair.Key);

    public static string NameOf(StepKind kind) => Names[kind].Name;

    public static string[] FieldsOf(StepKind kind) => FieldsByKind[(int)kind];

    public static bool TryKind(string name, out StepKind kind) => Kinds.TryGetValue(name, out kind);
}
