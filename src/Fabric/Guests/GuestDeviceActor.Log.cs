using Akka.Actor;
using CameraFabric.Device.VhostUser;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Guests;

/// <summary>What it logs.</summary>
internal sealed partial class GuestDeviceActor
{
    // Also again: a line may have begun another while just before the last summary was due.
    private void SummarizeLater()
    {
        if (_summary is not null || !_settings.Lines.HasLeftOut) return;
        _summary = Context.System.Scheduler.ScheduleTellOnceCancelable(LineBudget.While, Self, SummarizeLog.Message, Self);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Device}: a front-end has connected")]
    private partial void LogConnected(string device);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Device}: the connection has ended, {Reason}: {Message}")]
    private partial void LogEnded(string device, VhostUserEndReason reason, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Device}: connection refused: {Reason}")]
    private partial void LogRefused(string device, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Device}: quarantined until {Cleared} (violation {Count}): {Reason}")]
    private partial void LogQuarantined(string device, string cleared, long count, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Device}: connection refused: quarantined until an operator releases it")]
    private partial void LogHeld(string device);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Device}: released from quarantine by an operator")]
    private partial void LogReleased(string device);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Device}: a front-end has connected, and waits {Seconds} s before it is served")]
    private partial void LogDelayed(string device, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Device}: a defect, which ends the guest's connection")]
    private partial void LogDefect(string device, Exception exception);
}
