using CameraFabric.Sensors.Controls;

namespace CameraFabric.Sensors.Synthetic;

/// <summary>What the registers of a synthetic sensor mean for the frame at hand. Not thread-safe; allocates nothing once made.</summary>
internal sealed class SyntheticSettings
{
    // Sixteen bits before the point and sixteen behind it: brighter than this, everything but black is white.
    private const double BrightestFactor = 4096;

    private readonly SensorRegister _exposure;
    private readonly SensorRegister _analogueGain;
    private readonly SensorRegister _digitalGain;
    private readonly SensorRegister _crop;
    private readonly SensorRegister _flipX;
    private readonly SensorRegister _flipY;
    private readonly SensorRegister _pattern;
    private readonly SensorRegister _strobe;

    /// <summary>Reads from the registers of a camera's profile.</summary>
    public SyntheticSettings(SensorRegisters registers, ArraySize array)
    {
        Array = array;
        _exposure = Of(ControlCatalogue.ExposureTime.Id);
        _analogueGain = Of(ControlCatalogue.AnalogueGain.Id);
        _digitalGain = Of(ControlCatalogue.DigitalGain.Id);
        Duration = Of(ControlCatalogue.FrameDuration.Id);
        _crop = Of(ControlCatalogue.ScalerCrop.Id);
        _flipX = Of(ControlCatalogue.HorizontalFlip.Id);
        _flipY = Of(ControlCatalogue.VerticalFlip.Id);
        _pattern = Of(ControlCatalogue.TestPatternMode.Id);
        _strobe = Of(SyntheticProfile.StrobeId);

        SensorRegister Of(uint id) => registers.Find(id) ?? throw new InvalidOperationException($"The profile lacks control 0x{id:X}.");
    }

    /// <summary>The register of the frame's duration.</summary>
    public SensorRegister Duration { get; }

    /// <summary>The sensor's array.</summary>
    public ArraySize Array { get; }

    /// <summary>Nanoseconds from this frame's edge to the next one, as the register has it now.</summary>
    public long FrameDuration => Duration.Value.AsInt64();

    /// <summary>Nanoseconds.</summary>
    public long ExposureTime { get; private set; }

    /// <summary>Q16.16.</summary>
    public int AnalogueGainRaw { get; private set; }

    /// <summary>The part of the array that is read out.</summary>
    public CropWindow Crop { get; private set; }

    /// <summary>Mirrored left to right.</summary>
    public bool FlipX { get; private set; }

    /// <summary>Upside down.</summary>
    public bool FlipY { get; private set; }

    /// <summary>What the camera looks at.</summary>
    public SyntheticPattern Pattern { get; private set; }

    /// <summary>Exposure and gains together, in 1/65536.</summary>
    public int Brightness { get; private set; }

    /// <summary>Takes over what the registers hold now.</summary>
    public void Read()
    {
        ExposureTime = Math.Min(_exposure.Value.AsInt64(), FrameDuration);
        AnalogueGainRaw = (int)_analogueGain.Value.Scalar;
        var (x, y, width, height) = _crop.Value.AsRectangle();
        Crop = CropWindow.Nearest(x, y, width, height, Array);
        FlipX = _flipX.Value.AsBool();
        FlipY = _flipY.Value.AsBool();
        Pattern = (SyntheticPattern)_pattern.Value.AsInt32();

        var light = ExposureTime / (double)SyntheticProfile.NominalExposure * (_strobe.Value.AsBool() ? 2 : 1);
        var factor = light * AnalogueGainRaw / ControlValue.FixedOne * _digitalGain.Value.AsFixed();
        Brightness = (int)Math.Round(Math.Min(factor, BrightestFactor) * Painting.Tone.Unity);
    }

    /// <summary>Says what the frame was exposed with.</summary>
    public void Report(FrameCapture capture)
    {
        capture.Applied(_exposure.Info.Id, ControlValue.From(ExposureTime));
        capture.Applied(_analogueGain.Info.Id, _analogueGain.Value);
        capture.Applied(_digitalGain.Info.Id, _digitalGain.Value);
        capture.Applied(Duration.Info.Id, Duration.Value);
        capture.Applied(_crop.Info.Id, ControlValue.FromRectangle(Crop.X, Crop.Y, Crop.Width, Crop.Height));
        capture.Applied(_flipX.Info.Id, _flipX.Value);
        capture.Applied(_flipY.Info.Id, _flipY.Value);
        capture.Applied(_pattern.Info.Id, _pattern.Value);
        capture.Applied(_strobe.Info.Id, _strobe.Value);
    }
}
