namespace CameraFabric.Sensors.Synthetic;

/// <summary>What a frame was exposed with, as its own pixels say (<see cref="FrameStamp"/>): the judge of what metadata claims.</summary>
/// <param name="Sequence">The frame's number.</param>
/// <param name="ExposureTime">Nanoseconds.</param>
/// <param name="AnalogueGainRaw">Q16.16, as a fixed-point control holds it.</param>
/// <param name="FrameDuration">Nanoseconds from this frame's edge to the next one.</param>
/// <param name="TestPattern">The value of TestPatternMode (<see cref="SyntheticPattern"/>).</param>
/// <param name="Flips">Bit 0: mirrored left to right; bit 1: upside down.</param>
/// <param name="CropX">Left edge of the crop, in pixels of the sensor's array.</param>
/// <param name="CropY">Top edge of the crop.</param>
/// <param name="CropWidth">Width of the crop.</param>
/// <param name="CropHeight">Height of the crop.</param>
public readonly record struct FrameTruth(
    ulong Sequence,
    long ExposureTime,
    int AnalogueGainRaw,
    long FrameDuration,
    byte TestPattern,
    byte Flips,
    int CropX,
    int CropY,
    int CropWidth,
    int CropHeight);
