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
    private readonly PollResult[] _results = new PollResult[1];
    private readonly TaskCompletionSource<LinkEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Poller? _poller;
    private ITimer? _limit;
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
    public Task<LinkEnd> Ended => _ended.Task;

    /// <summary>Starts the thread. Once. A thread or a descriptor that cannot be had is an end of the link, like any other.</summary>
    public void Start()
    {
        try
        {
            new Thread(Run) { IsBackground = true }.Start();
        }
        catch (Exception e) when (e is ThreadStartException or OutOfMemoryException)
        {
            Finish(new LinkEnd($"no thread can be had: {e.Message}", false));
        }
    }

    /// <summary>
    /// Gives up the frames that wait, tells of everything that is missed, says why, and ends, within one stall limit. What is offered meanwhile is
    /// dropped. Does not wait. Any thread.
    /// </summary>
    public void Stop(string reason)
    {
        if (_ended.Task.IsCompleted) return;

        // Before the thread can know: what it finds then is all that there is to tell.
        _queue.Refuse();
        _queue.DropFrames(FrameDropReason.LinkDown);
        if (Interlocked.CompareExchange(ref _stop, reason, null) is not null) return;

        // Bounds all of it: a reader that takes a byte now and then would never be too slow for the single call.
        _limit = Limit();
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
            // Without one the thread has not looked at anything yet.
            _poller?.Wake();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    private void Run()
    {
        ThreadTuning.NameCurrent($"snd-{_connection.Camera}");
        LinkEnd end;
        try
        {
            // A full fence: whoever finds none yet has put down before what is looked at below.
            Interlocked.Exchange(ref _poller, new Poller());
            LogUp(_connection.Camera, _connection.Reader, _connection.Peer, _connection.Epoch, _connection.Window);
            _poller.Add(_connection.Carrier.Descriptor, PollEvents.Readable, 1);
            end = Serve(_poller);
        }
        catch (Exception e) when (LinkCarrier.IsFailure(e))
        {
            end = Farewell(e) ?? new LinkEnd(_stop is { } stop ? $"{stop} (the reader did not hear of it: {e.Message})" : e.Message, false);
        }
        catch (Exception e)
        {
            LogDefect(_connection.Camera, _connection.Reader, e);
            end = new LinkEnd($"the home's end failed: {e.Message}", false);
        }

        Finish(end);
    }

    private void Finish(LinkEnd end)
    {
        _queue.Close();
        _window.ReturnAll();
        _meter.SetCredit(0);
        _poller?.Dispose();
        _limit?.Dispose();
        _connection.Dispose();
        if (end.IsOrderly)
        {
            LogEnded(_connection.Camera, _connection.Reader, end.Reason);
        }
        else
        {
            _meter.CountBreak();
            LogBroken(_connection.Camera, _connection.Reader, end.Reason);
        }

        _ended.TrySetResult(end);
    }

    private LinkEnd Serve(Poller poller)
    {
        while (true)
        {
            while (_connection.Input.TryTake(out var type, out var body))
            {
                if (type == LinkMessage.Closing) return Closed(body);
                Take(type, body);
            }

            ShowCredit();
            if (_queue.HasOverflowed) throw new LinkException($"the reader takes nothing: more than {_options.QueueNotes} notes wait");
            if (_stop is { } reason)
            {
                SendRest(poller, reason);
                return new LinkEnd(reason, true);
            }

            var hasSent = _queue.TryTake(_window.Credit > 0, out var item);
            if (hasSent) Send(item);
            var found = poller.Wait(_results, hasSent ? TimeSpan.Zero : Timeout.InfiniteTimeSpan);
            if (found > 0 && _connection.Input.Fill() == 0) throw new LinkException("the reader closed the connection");
        }
    }

    private void ShowCredit()
    {
        _hasCredit = _window.Credit > 0;
        _meter.SetCredit(_window.Credit);
    }

    private ITimer Limit() =>
        _connection.Time.CreateTimer(_ => _connection.Carrier.Shutdown(), null, _options.StallTimeout, Timeout.InfiniteTimeSpan);

    private void SendRest(Poller poller, string reason)
    {
        while (_queue.TryTake(false, out var item)) Send(item);
        _output.Send(LinkMessage.Closing, reason);
        try
        {
            // Closing with something unread would take back what was just sent: the reader reads to the end, and closes first.
            while (poller.Wait(_results, Timeout.InfiniteTimeSpan) == 0 || _connection.Input.Fill() > 0)
            {
                while (_connection.Input.TryTake(out var type, out var body))
                {
                    if (type != LinkMessage.Closing) Take(type, body);
                }
            }
        }
        catch (Exception e) when (LinkCarrier.IsFailure(e))
        {
            // It is over all the same.
        }
    }

    // A reader that ends the link takes nothing more, and then says so: what was just being sent to it fails first.
    private LinkEnd? Farewell(Exception error)
    {
        if (error is TimeoutException or LinkException || _poller is not { } poller) return null;
        using var limit = Limit();
        try
        {
            // A wait that finds nothing was somebody's wake-up; the limit over all of it ends the stream.
            while (poller.Wait(_results, Timeout.InfiniteTimeSpan) == 0 || _connection.Input.Fill() > 0)
            {
                while (_connection.Input.TryTake(out var type, out var body))
                {
                    if (type == LinkMessage.Closing) return Closed(body);
                }
            }
        }
        catch (Exception e) when (LinkCarrier.IsFailure(e))
        {
            // Without a farewell, then.
        }

        return null;
    }

    private static LinkEnd Closed(ReadOnlySpan<byte> body) => new($"the reader has closed it: {LinkGreeting.ReasonOf(body)}", true);

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera}: link to node {Reader} ({Peer}) is up, epoch {Epoch}, window of {Window} frames")]
    private partial void LogUp(string camera, string reader, string peer, uint epoch, int window);

    [LoggerMessage(Level = LogLevel.Information, Message = "camera {Camera}: link to node {Reader} has ended: {Reason}")]
    private partial void LogEnded(string camera, string reader, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: link to node {Reader} is broken: {Reason}")]
    private partial void LogBroken(string camera, string reader, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "camera {Camera}: link to node {Reader} failed, which is a defect")]
    private partial void LogDefect(string camera, string reader, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "camera {Camera}: its memory cannot be shared with node {Reader}, because it is not sealed against writing"
        + " (Linux 5.1 can): frames are copied through the socket")]
    private partial void LogCopied(string camera, string reader);
}
