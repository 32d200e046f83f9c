namespace CameraFabric.Device.VhostUser;

/// <summary>
/// What each message of a front-end may bring: known before its payload is read, so that no length is believed and no descriptor
/// kept that the message has no use for.
/// </summary>
/// <param name="Name">The name in the specification.</param>
/// <param name="Minimum">Bytes of payload at least.</param>
/// <param name="Maximum">Bytes of payload at most.</param>
/// <param name="Descriptors">How many descriptors at most.</param>
internal readonly record struct VhostUserRule(string Name, int Minimum, int Maximum, int Descriptors = 0)
{
    private const int Word = sizeof(ulong);

    /// <summary>The rule of a message; false if the message is not implemented.</summary>
    public static bool TryGet(FrontendRequest request, out VhostUserRule rule)
    {
        rule = request switch
        {
            FrontendRequest.GetFeatures => new("GET_FEATURES", 0, 0),
            FrontendRequest.SetFeatures => new("SET_FEATURES", Word, Word),
            FrontendRequest.SetOwner => new("SET_OWNER", 0, 0),
            FrontendRequest.ResetOwner => new("RESET_OWNER", 0, 0),

            // Some front-ends send room for more regions than they name.
            FrontendRequest.SetMemTable => new(
                "SET_MEM_TABLE",
                MemoryTableHeader.Bytes,
                MemoryTableHeader.Bytes + (VhostUserWire.MemoryTableRegions * WireRegion.Bytes),
                VhostUserWire.MemoryTableRegions),
            FrontendRequest.SetVringNum => new("SET_VRING_NUM", VringState.Bytes, VringState.Bytes),
            FrontendRequest.SetVringAddr => new("SET_VRING_ADDR", VringAddress.Bytes, VringAddress.Bytes),
            FrontendRequest.SetVringBase => new("SET_VRING_BASE", VringState.Bytes, VringState.Bytes),
            FrontendRequest.GetVringBase => new("GET_VRING_BASE", VringState.Bytes, VringState.Bytes),
            FrontendRequest.SetVringKick => new("SET_VRING_KICK", Word, Word, 1),
            FrontendRequest.SetVringCall => new("SET_VRING_CALL", Word, Word, 1),
            FrontendRequest.SetVringErr => new("SET_VRING_ERR", Word, Word, 1),
            FrontendRequest.GetProtocolFeatures => new("GET_PROTOCOL_FEATURES", 0, 0),
            FrontendRequest.SetProtocolFeatures => new("SET_PROTOCOL_FEATURES", Word, Word),
            FrontendRequest.GetQueueNum => new("GET_QUEUE_NUM", 0, 0),
            FrontendRequest.SetVringEnable => new("SET_VRING_ENABLE", VringState.Bytes, VringState.Bytes),
            FrontendRequest.SetBackendReqFd => new("SET_BACKEND_REQ_FD", 0, Word, 1),
            FrontendRequest.GetConfig => new("GET_CONFIG", ConfigHeader.Bytes, ConfigHeader.Bytes + VhostUserWire.MaximumConfigBytes),
            FrontendRequest.SetConfig => new("SET_CONFIG", ConfigHeader.Bytes, ConfigHeader.Bytes + VhostUserWire.MaximumConfigBytes),
            FrontendRequest.GetInflightFd => new("GET_INFLIGHT_FD", WireInflight.Bytes, WireInflight.PaddedBytes),
            FrontendRequest.SetInflightFd => new("SET_INFLIGHT_FD", WireInflight.Bytes, WireInflight.PaddedBytes, 1),
            FrontendRequest.ResetDevice => new("RESET_DEVICE", 0, 0),
            FrontendRequest.VringKick => new("VRING_KICK", VringState.Bytes, VringState.Bytes),
            FrontendRequest.GetMaxMemSlots => new("GET_MAX_MEM_SLOTS", 0, 0),
            FrontendRequest.AddMemReg => new("ADD_MEM_REG", SingleRegion.Bytes, SingleRegion.Bytes, 1),

            // "For compatibility with existing incorrect implementations" one descriptor may come, to be closed unused.
            FrontendRequest.RemMemReg => new("REM_MEM_REG", SingleRegion.Bytes, SingleRegion.Bytes, 1),
            FrontendRequest.SetStatus => new("SET_STATUS", Word, Word),
            FrontendRequest.GetStatus => new("GET_STATUS", 0, 0),
            FrontendRequest.GetSharedMemoryConfig => new("GET_SHMEM_CONFIG", 0, 0),
            _ => default,
        };
        return rule.Name is not null;
    }

    /// <summary>Whether the answer is a message of its own, so that no acknowledgement is due.</summary>
    public static bool HasAnswer(FrontendRequest request) => request
        is FrontendRequest.GetFeatures or FrontendRequest.GetProtocolFeatures or FrontendRequest.GetQueueNum or FrontendRequest.GetVringBase
        or FrontendRequest.GetConfig or FrontendRequest.GetInflightFd or FrontendRequest.GetMaxMemSlots or FrontendRequest.GetStatus
        or FrontendRequest.GetSharedMemoryConfig;

    /// <summary>The name in the specification, or the number of one that is not known.</summary>
    public static string NameOf(FrontendRequest request) => TryGet(request, out var rule) ? rule.Name : $"message {(uint)request}";
}
