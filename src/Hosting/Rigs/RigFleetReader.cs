using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using CameraFabric.Fabric.Rigs;

namespace CameraFabric.Hosting.Rigs;

/// <summary>
/// Reads the fleet of a rig: cameras and guests that every vehicle has, written once. What is wrong with a template is said once, at the
/// template, and not once for each vehicle.
/// </summary>
internal sealed class RigFleetReader(RigNotes notes, RigCameraReader cameras)
{
    /// <summary>The most vehicles of a fleet.</summary>
    public const int MaximumVehicles = 10_000;

    private const int MaximumSeed = int.MaxValue;

    /// <summary>The cameras and guests of all vehicles, vehicle by vehicle; none without the section.</summary>
    public RigFleet Read(RigSection? section)
    {
        if (section is null) return new RigFleet([], []);
        var vehicles = ReadNumber(section, "vehicles", 1, MaximumVehicles);
        var prefix = section.Text("prefix") ?? "v";
        var seed = ReadNumber(section, "seed", 0, MaximumSeed, 1);
        var cameraTemplates = ReadEach(section, "cameras", cameras.ReadTemplate);
        var guestTemplates = ReadEach(section, "guests", (name, guest) => ReadGuest(name, guest, cameraTemplates));
        var withGuests = ReadNumber(section, "guest-vehicles", 1, vehicles, vehicles);
        if (cameraTemplates.Count == 0) section.Fail("cameras", "there is none", "name at least one camera that each vehicle has");
        section.RefuseUnknown();
        var names = NamesOf(prefix, vehicles);

        // A rig with mistakes is only looked through for more of them: one vehicle's guests say it all.
        if (notes.AreMistakes) withGuests = 1;
        return new RigFleet(
            [.. names.SelectMany((vehicle, i) => cameraTemplates.Select(camera =>
                Named("cameras", vehicle, camera.Key, $"fleet.cameras.{camera.Key}", id => camera.Value.Make(id, SeedOf(seed, i, camera.Key)))))],
            [.. names.Take(withGuests).SelectMany(vehicle => guestTemplates.Select(guest =>
                Named("guests", vehicle, guest.Key, $"fleet.guests.{guest.Key}", name => Make(guest.Value, vehicle, name))))]);
    }

    /// <summary>The same for the same camera of the same vehicle in each run, and for no two of them alike by rule.</summary>
    /// <param name="fleet">The fleet's seed.</param>
    /// <param name="vehicle">The vehicle, from 0.</param>
    /// <param name="camera">The template's name.</param>
    public static uint SeedOf(int fleet, int vehicle, string camera)
    {
        // FNV-1a, then mixed so that neighbours have nothing in common.
        var hash = 2166136261u;
        foreach (var part in Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{fleet}/{vehicle}/{camera}"))) hash = (hash ^ part) * 16777619u;
        hash = (hash ^ (hash >> 16)) * 0x7FEB352Du;
        hash = (hash ^ (hash >> 15)) * 0x846CA68Bu;
        return hash ^ (hash >> 16);
    }

    // v0001 to v1000: as many digits as the last one has, so that names sort as numbers do.
    private static string[] NamesOf(string prefix, int vehicles)
    {
        var digits = vehicles.ToString(CultureInfo.InvariantCulture).Length;
        return [.. Enumerable.Range(1, vehicles).Select(vehicle => prefix + vehicle.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0'))];
    }

    private static int ReadNumber(RigSection section, string key, int least, int most, int? otherwise = null)
    {
        var right = $"write {least} to {most}";
        if (section.Text(key, required: otherwise is null, right) is null) return otherwise ?? least;
        var number = section.Number(key, least);
        if (number >= least && number <= most) return number;
        section.Fail(key, $"{number} is not possible", right);
        return least;
    }

    private static Dictionary<string, T> ReadEach<T>(RigSection section, string key, Func<string, RigSection, T> read) =>
        section.Section(key) is { } all ? all.Entries.ToDictionary(entry => entry.Key, entry => read(entry.Key, all.Section(entry.Key)!)) : [];

    private GuestRig ReadGuest(string name, RigSection section, Dictionary<string, RigCameraTemplate> known)
    {
        var guest = RigGuestReader.Read(name, section);
        foreach (var view in guest.Cameras.Where(view => !known.ContainsKey(view.Camera)))
        {
            notes.Add(new RigFault($"{section.Path}.cameras.{view.Camera}", $"the fleet's vehicles have no camera '{view.Camera}'",
                $"their cameras are: {string.Join(", ", known.Keys)}{Suggestion.For(view.Camera, known.Keys)}"));
        }

        return guest;
    }

    private GuestRig Make(GuestRig template, string vehicle, string name) => template with
    {
        Name = name,
        Cameras = [.. template.Cameras.Select(view => Named($"guests.{name}.cameras", vehicle, view.Camera,
            $"fleet.guests.{template.Name}.cameras.{view.Camera}", camera => view with { Camera = camera }))],
    };

    // What is found wrong with it later is wrong with its template.
    private T Named<T>(string folder, string vehicle, string name, string template, Func<string, T> make)
    {
        name = $"{vehicle}-{name}";
        notes.Stands($"{folder}.{name}", template);
        return make(name);
    }
}

/// <summary>What a fleet adds to a rig.</summary>
/// <param name="Cameras">Its cameras, vehicle by vehicle.</param>
/// <param name="Guests">Its guests, vehicle by vehicle.</param>
internal readonly record struct RigFleet(ImmutableArray<CameraRig> Cameras, ImmutableArray<GuestRig> Guests);
