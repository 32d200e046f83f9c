using CameraFabric.Fuzz.Inputs;

namespace CameraFabric.Fuzz.Targets;

/// <summary>
/// A part of the device under fire. To add one: implement this, list it in <see cref="FuzzTargets"/>, and put inputs into
/// fuzz/corpus/NAME.
/// </summary>
internal interface IFuzzTarget : IDisposable
{
    /// <summary>Its name on the command line and in the corpus.</summary>
    string Name { get; }

    /// <summary>A step that fits the target.</summary>
    Step NewStep(FuzzRandom random);

    /// <summary>Runs an input from a fresh start to the end. The same input does the same every time.</summary>
    /// <exception cref="FindingException">An oracle was offended.</exception>
    void Run(ReadOnlySpan<Step> steps, Observations seen);
}

/// <summary>An oracle was offended: the message says which and how.</summary>
internal sealed class FindingException(string message) : Exception(message);
