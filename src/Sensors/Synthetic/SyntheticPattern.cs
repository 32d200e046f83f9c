namespace CameraFabric.Sensors.Synthetic;

/// <summary>
/// What a synthetic camera looks at. The numbers are the values of its TestPatternMode control: 0 to 4 as in libcamera, the others after
/// the list of v4l2-tpg (the generator behind Linux' vivid driver).
/// </summary>
public enum SyntheticPattern : byte
{
    /// <summary>"Off": a road with moving cars, a ball and a clock hand, and a strip of colour bars to judge colours by.</summary>
    MovingScene = 0,

    /// <summary>Mid-grey everywhere: brightness can be measured at any pixel.</summary>
    SolidColour = 1,

    /// <summary>Eight vertical bars of full saturation: white, yellow, cyan, green, magenta, red, blue, black.</summary>
    ColourBars = 2,

    /// <summary>The same, fading to grey towards the bottom.</summary>
    ColourBarsFadeToGrey = 3,

    /// <summary>Grey noise, different in every frame.</summary>
    Noise = 4,

    /// <summary>Eight vertical bars of 75 % saturation.</summary>
    ColourBars75 = 5,

    /// <summary>Eight horizontal bars of full saturation.</summary>
    ColourBarsHorizontal = 6,

    /// <summary>A grid of squares in the colours of the bars.</summary>
    ColourSquares = 7,

    /// <summary>Black everywhere.</summary>
    Black = 8,

    /// <summary>White everywhere.</summary>
    White = 9,

    /// <summary>Red everywhere.</summary>
    Red = 10,

    /// <summary>Green everywhere.</summary>
    Green = 11,

    /// <summary>Blue everywhere.</summary>
    Blue = 12,

    /// <summary>Black and white squares of 16 pixels.</summary>
    Checkers16 = 13,

    /// <summary>Black and white squares of 2 pixels.</summary>
    Checkers2 = 14,

    /// <summary>Black and white in turns, pixel by pixel.</summary>
    Checkers1 = 15,

    /// <summary>Red and green squares of 2 pixels.</summary>
    RedGreenCheckers2 = 16,

    /// <summary>Red and green in turns, pixel by pixel.</summary>
    RedGreenCheckers1 = 17,

    /// <summary>Rows in turns black and white.</summary>
    HorizontalLines = 18,

    /// <summary>Columns in turns black and white.</summary>
    VerticalLines = 19,

    /// <summary>A white cross of 1 pixel through the middle.</summary>
    Cross1 = 20,

    /// <summary>A white cross of 2 pixels through the middle.</summary>
    Cross2 = 21,

    /// <summary>A white cross of 10 pixels through the middle.</summary>
    Cross10 = 22,

    /// <summary>From black at the left to white at the right.</summary>
    GreyRamp = 23,
}
