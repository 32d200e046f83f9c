using CameraFabric.Device.Camera.Wire;
using CameraFabric.Guest.Camera;
using CameraFabric.Sensors.Profiles;

namespace CameraFabric.Guest.Program;

/// <content>Before the first frame: what is wanted, how much memory that needs, whose clock the device's times are on.</content>
internal sealed partial class GuestSession
{
    private const long Headroom = 16L << 20;

    private void Configure()
    {
        _changed = false;
        var profile = _driver.GetCapabilities();
        var stream = _driver.Configure(Wanted(profile));
        var count = Math.Min(_options.BuffersInFlight, _driver.MaximumInFlight);
        if (stream.MaximumBuffers > 0) count = Math.Min(count, stream.MaximumBuffers);
        _isInPlace = _options.ZeroCopy && _driver.MapPool() is not null;
        if (!_isInPlace) _driver.AttachBuffers(count);
        _tally.Begin(stream, ClockOffset());
        _driver.Start();
        for (var buffer = 0; buffer < count; buffer++)
        {
            if (!_driver.TryRent(out var request)) break;
            request.Buffer = buffer;
            request.InPlace = _isInPlace;
            request.Strict = _options.Strict;
            request.TimeoutNanoseconds = Nanoseconds(_options.RequestTimeout);
            _held.Add(request, 0);
        }
    }

    /// <summary>What the options leave open is what the camera does best.</summary>
    private StreamConfiguration Wanted(CameraProfile profile)
    {
        if (profile.Formats.IsDefaultOrEmpty)
            throw new CameraDriverException(CameraFailure.Violation, "the camera offers no format at all");
        var offer = profile.Formats[0];
        foreach (var candidate in profile.Formats)
        {
            if (candidate.Format == _options.Format) offer = candidate;
        }

        var format = _options.Format ?? offer.Format;
        var best = offer.Sizes.MaxBy(size => (long)size.MaximumWidth * size.MaximumHeight)
            ?? throw new CameraDriverException(CameraFailure.Violation, $"the camera offers {offer.Format} in no size");
        var (width, height) = _options.Width > 0 ? (_options.Width, _options.Height) : (best.MaximumWidth, best.MaximumHeight);
        return new StreamConfiguration(format, width, height, _options.Interval ?? best.ShortestInterval);
    }

    /// <summary>
    /// What to add to the device's times. Nothing when it uses the host's monotonic clock: that is this guest's clock too, there being no
    /// VM between.
    /// </summary>
    private long ClockOffset()
    {
        var best = _driver.SampleClock();
        if (best.ClockId == ClockSampleReply.HostMonotonic) return 0;
        for (var i = 0; i < 8; i++)
        {
            var sample = _driver.SampleClock();
            if (sample.After - sample.Before < best.After - best.Before) best = sample;
        }

        return best.Offset;
    }

    /// <summary>The driver's options, raised to what the run needs.</summary>
    private static CameraDriverOptions DriverOptions(CameraGuestOptions options)
    {
        var driver = options.Driver;
        // Eight bytes a pixel is more than any uncompressed format needs; memory that is not touched costs nothing.
        var pixels = options.Width > 0 ? (long)options.Width * options.Height : 4096L * 2304;
        var memory = Math.Max(driver.Transport.MemoryBytes, Headroom + options.BuffersInFlight * pixels * 8);
        return driver with
        {
            MaximumInFlight = Math.Max(driver.MaximumInFlight, options.BuffersInFlight),
            Transport = driver.Transport with
            {
                ShareMemory = driver.Transport.ShareMemory || options.ZeroCopy,
                MemoryBytes = memory,
                ReconnectTo = options.Reconnect && options.KeepRings ? options.Socket : null,
                QueueSize = QueueSize(driver.Transport.QueueSize, options.BuffersInFlight),
            },
        };
    }

    private static int QueueSize(int size, int requests)
    {
        while (size < requests && size < CameraWire.MaximumQueueSize) size *= 2;
        return size;
    }
}
