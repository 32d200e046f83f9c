using CameraFabric.Fabric.Accounting;
using CameraFabric.Fabric.FanOut;
using CameraFabric.Fabric.Messages;
using CameraFabric.Platform;
using CameraFabric.Sensors.Frames;
using Microsoft.Extensions.Logging;

namespace CameraFabric.Fabric.Links;

/// <summary>
/// The home's end of a link: sends what the fan-out is told to one reader node, on a thread of its own. What the reader cannot take is dropped, the
/// oldest first, and told as missed.
/// </summary>
internal sealed partial class LinkSender : IFrameTap
{
    private readonly LinkConnection _connection;
    private readonly LinkOptions _options;
    private readonly LinkMeter _meter;
    private readonly FrameClock _clock;
    private readonly ILogger _logger;
    private readonly LinkQueue _queue;
    private readonly LinkOutput _output;
    private readonly LinkWindow _window;
    private readonly Poller _poller = new();
    private readonly PollResult[] _results = new PollResult[1];
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _stop;
    private volatile bool _hasCredit = true;

    /// <summary>A sender that does not run yet. It owns the connection.</summary>
    public LinkSender(LinkConnection connection, LinkOptions options, LinkMeter meter, FrameClock clock, ILogger logger)
    {
        _connection = connection;
        _options = options;
        _meter = meter;
        _clock = clock;
        _logger = logger;
        _queue = new LinkQueue(options.QueueFrames, options.QueueNotes, meter);
        _output = new LinkOutput(connection.Carrier);
        _window = new LinkWindow(connection.Window);
    }

    /// <summary>Ends with the link, and says why. All leases have been given back then.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Starts the thread. Once.</summary>
    public void Start() => new Thread(Run) { IsBackground = true }.Start();

    /// <summary>
    /// Sends what waits, as far as the reader takes it at once, says why, and ends. What is offered meanwhile is dropped. Does not wait. Any thread.
    /// </summary>
    public void Stop(string reason)
    {
        _stop ??= reason;
        Wake();
    }

    /// <inheritdoc/>
    public void Offer(Frame frame)
    {
        _queue.Add(frame);
        Wake();
    }

    /// <inheritdoc/>
    public void Miss(ulong sequence, ulong controlSet, FrameDropReason reason, int count)
    {
        _queue.Add(new LinkMissed(sequence, controlSet, (uint)reason, count));
        Wake();
    }

    /// <inheritdoc/>
    public void LoseControlSet(ControlSetLost lost)
    {
        _queue.Add(lost);
        Wake();
    }

    /// <inheritdoc/>
    public void LoseSource()
    {
        // Frames that the reader takes nobody knows when must not hold this up; it stays behind them in order.
        if (!_hasCredit) _queue.DropFrames(FrameDropReason.LinkBusy);
        _queue.AddSourceLost();
        Wake();
    }

    private void Wake()
    {
        if (_ended.Task.IsCompleted) return;
        try
        {
            _poller.Wake();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    private void Run()
    {
        ThreadTuning.NameCurrent($"snd-{_connection.Camera}");
        string reason;
        try
        {
            LogUp(_connection.Camera, _connection.Reader, _connection.Peer, _connection.Epoch, _connection.Window);
            _poller.Add(_connection.Carrier.Descriptor, PollEvents.Readable, 1);
            reason = Serve();
        }
        catch (Exception e) when (LinkCarrier.IsFailure(e))
        {
            reason = e.Message;
        }
        catch (Exception e)
        {
            LogDefect(_connection.Camera, _connection.Reader, e);
            reason = $"the home's end failed: {e.Message}";
        }

        _queue.Close();
        _window.ReturnAll();
        _meter.SetCredit(0);
        _meter.CountBreak();
        _poller.Dispose();
        _connection.Dispose();
        LogOver(_connection.Camera, _connection.Reader, reason);
        _ended.TrySetResult(reason);
    }

    private string Serve()
    {
        while (true)
        {
            while (_connection.Input.TryTake(out var type, out var body)) Take(type, body);
            ShowCredit();
            if (_queue.HasOverflowed) throw new LinkException($"the reader takes nothing: more than {_options.QueueNotes} notes wait");
            if (_stop is { } reason)
            {
                SendRest(reason);
                return reason;
            }

            var hasSent = _queue.TryTake(_window.Credit > 0, out var item);
            if (hasSent) Send(item);
            var found = _poller.Wait(_results, hasSent ? TimeSpan.Zero : Timeout.InfiniteTimeSpan);
            if (found > 0 && _connection.Input.Fill() == 0) throw new LinkException("the reader closed the connection");
        }
    }

    private void ShowCredit()
    {
        _meter.SetCredit(_window.Credit);
        _hasCredit = _window.Credit > 0;
    }

    private void SendRest(string reason)
    {
        _queue.Refuse();
        while (_queue.TryTake(_window.Credit > 0, out var item)) Send(item);
        _queue.DropFrames(FrameDropReason.LinkDown);
        while (_queue.TryTake(false, out var item)) Send(item);
        _output.Send(LinkMessage.Closing, reason);
        try
        {
            AwaitFarewell();
        }
        catch (Exception e) when (LinkCarrier.IsFailure(e))
        {
            // It is over all the same.
        }
    }

    // Closing with something unread would take back what was just sent: the reader reads to the end, and closes first.
    private void AwaitFarewell()
    {
        var end = _clock.Now + (_options.StallTimeout.Ticks * TimeSpan.NanosecondsPerTick);
        for (var rest = end - _clock.Now; rest > 0; rest = end - _clock.Now)
        {
            if (_poller.Wait(_results, TimeSpan.FromTicks(rest / TimeSpan.NanosecondsPerTick)) == 0) continue;
            if (_connection.Input.Fill() == 0) return;
            while (_connection.Input.TryTake(out var type, out var body)) Take(type, body);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera}: link to node {Reader} ({Peer}) is up, epoch {Epoch}, window of {Window} frames")]
    private partial void LogUp(string camera, string reader, string peer, uint epoch, int window);

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: link to node {Reader} is over: {Reason}")]
    private partial void LogOver(string camera, string reader, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "camera {Camera}: link to node {Reader} failed, which is a defect")]
    private partial void LogDefect(string camera, string reader, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: its memory cannot be shared with node {Reader}, because it is not sealed against writing"
        + " (Linux 5.1 can): frames are copied through the socket")]
    private partial void LogCopied(string camera, string reader);
}
