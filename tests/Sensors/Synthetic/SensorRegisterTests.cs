using CameraFabric.Sensors.Controls;
using CameraFabric.Sensors.Synthetic;
using FsCheck;
using FsCheck.Fluent;

namespace CameraFabric.Sensors.Tests.Synthetic;

public sealed class SensorRegisterTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public void A_write_shows_exactly_its_delay_later(int delay)
    {
        var register = Make(delay);
        for (var frame = 0ul; frame < 60; frame++)
        {
            register.AdvanceTo(frame);
            if (frame == 20) register.Write(frame, ControlValue.From(7L));
            Assert.Equal(frame < 20ul + (ulong)delay ? 1 : 7, register.Value.AsInt64());
        }
    }

    [Fact]
    public void Writes_at_any_frames_show_as_a_plain_model_says_with_frames_skipped_or_not() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            Gen.Choose(0, 5).ToArbitrary(),
            Gen.ListOf(Gen.Choose(0, 9).Zip(Gen.Choose(0, 3))).ToArbitrary(),
            (delay, steps) =>
            {
                var register = Make(delay);
                var model = new SortedDictionary<ulong, long> { [0] = 1 };
                ulong frame = 0;
                foreach (var (value, skip) in steps)
                {
                    frame += 1 + (ulong)(skip == 3 ? 8 : skip);
                    register.AdvanceTo(frame);
                    if (value > 2)
                    {
                        register.Write(frame, ControlValue.From((long)value));
                        model[frame + (ulong)delay] = value;
                    }

                    var expected = model.Last(entry => entry.Key <= frame).Value;
                    if (register.Value.AsInt64() != expected) return false;
                }

                return true;
            }));

    [Fact]
    public void The_last_write_at_an_edge_wins()
    {
        var register = Make(2);
        register.AdvanceTo(5);
        register.Write(5, ControlValue.From(3L));
        register.Write(5, ControlValue.From(4L));
        register.AdvanceTo(7);
        Assert.Equal(4, register.Value.AsInt64());
    }

    [Fact]
    public void What_the_control_cannot_take_is_limited_and_what_it_cannot_read_is_not_written()
    {
        var register = Make(0);
        register.Write(0, ControlValue.From(5000L));
        Assert.Equal(100, register.Value.AsInt64());
        register.Write(0, ControlValue.From(true));
        Assert.Equal(100, register.Value.AsInt64());
    }

    [Fact]
    public void A_preset_drops_what_is_on_its_way()
    {
        var register = Make(3);
        register.AdvanceTo(1);
        register.Write(1, ControlValue.From(9L));
        register.Preset(ControlValue.From(2L));
        register.AdvanceTo(10);
        Assert.Equal(2, register.Value.AsInt64());
    }

    private static SensorRegister Make(int delay) => new(
        new ControlInfo { Id = 1, Name = "Test", Type = ControlType.Int64, DelayFrames = delay, Minimum = 1, Maximum = 100, Default = 1 },
        ControlValue.From(1L));
}
