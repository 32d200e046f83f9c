using CameraFabric.Device.Media.Wire;

namespace CameraFabric.Fabric.Tests.Media;

/// <summary>Controls as V4L2 has them: found by walking, read and written in groups.</summary>
public sealed class ControlTests : MediaTest
{
    private const V4l2ControlFlags Next = V4l2ControlFlags.NextControl | V4l2ControlFlags.NextCompound;
    private const uint Nowhere = 0x00980000 + 0xfff;

    [Fact]
    public void Walking_finds_each_control_once_by_rising_id_and_ends_with_EINVAL()
    {
        var controls = Walk(Next);

        Assert.NotEmpty(controls);
        Assert.Equal(controls.Select(control => control.Id).Order().Distinct(), controls.Select(control => control.Id));
        foreach (var control in controls)
        {
            var alone = new V4l2QueryExtendedControl { Id = control.Id };
            Assert.Equal(0, Session.Ioctl(MediaIoctl.QueryExtendedControl, ref alone));
            Assert.Equal(control, alone);
        }

        var nothing = new V4l2QueryExtendedControl { Id = Nowhere };
        Assert.Equal(Invalid, Session.Ioctl(MediaIoctl.QueryExtendedControl, ref nothing));
    }

    [Fact]
    public void A_walk_over_plain_controls_passes_compound_ones_over()
    {
        var plain = Walk(V4l2ControlFlags.NextControl).Select(control => control.Id);
        var compound = Walk(V4l2ControlFlags.NextCompound).Select(control => control.Id);

        Assert.Empty(plain.Intersect(compound));
        Assert.Equal(Walk(Next).Select(control => control.Id), plain.Concat(compound).Order());
    }

    [Fact]
    public void Each_value_in_the_beginning_is_the_one_that_the_query_calls_default()
    {
        foreach (var control in Walk(V4l2ControlFlags.NextControl).Where(IsReadable))
        {
            Assert.Equal((0, control.Default), Get(V4l2ExtendedControls.Defaults, control.Id));
            var (status, value) = Get(V4l2ExtendedControls.Current, control.Id);
            Assert.Equal(0, status);
            Assert.InRange(value, control.Minimum, control.Maximum);
        }
    }

    [Fact]
    public void What_was_set_is_read_back_and_trying_sets_nothing()
    {
        var control = Walk(V4l2ControlFlags.NextControl).First(IsWritable);
        var (_, before) = Get(V4l2ExtendedControls.Current, control.Id);
        var other = before == control.Maximum ? control.Minimum : control.Maximum;

        Assert.Equal(0, Do(MediaIoctl.TryExtendedControls, control.Id, other).Status);
        Assert.Equal((0, before), Get(V4l2ExtendedControls.Current, control.Id));
        Assert.Equal(0, Do(MediaIoctl.SetExtendedControls, control.Id, other).Status);
        Assert.Equal((0, other), Get(V4l2ExtendedControls.Current, control.Id));
    }

    [Fact]
    public void A_value_out_of_range_is_brought_into_it_or_ERANGE()
    {
        foreach (var control in Walk(V4l2ControlFlags.NextControl).Where(IsWritable).Where(control => control.Maximum < int.MaxValue))
        {
            var (status, value) = Do(MediaIoctl.SetExtendedControls, control.Id, control.Maximum + 1);
            if (status == (int)MediaStatus.Range) continue;
            Assert.Equal(0, status);
            Assert.InRange(value, control.Minimum, control.Maximum);
        }
    }

    [Theory]
    [InlineData(MediaIoctl.GetExtendedControls, 2)]
    [InlineData(MediaIoctl.SetExtendedControls, 2)]
    [InlineData(MediaIoctl.TryExtendedControls, 1)]
    public void The_error_index_names_the_control_only_where_nothing_can_have_happened(MediaIoctl code, uint expected)
    {
        var control = Walk(V4l2ControlFlags.NextControl).First(IsWritable);
        var head = new V4l2ExtendedControls { Count = 2 };
        V4l2ExtendedControl[] controls = [new() { Id = control.Id, Value = control.Default }, new() { Id = Nowhere }];

        Assert.Equal(Invalid, Session.Controls(code, ref head, controls));

        Assert.Equal(expected, head.ErrorIndex);
    }

    [Fact]
    public void A_group_of_none_asks_whether_there_is_any()
    {
        var head = new V4l2ExtendedControls();
        Assert.Equal(0, Session.Controls(MediaIoctl.GetExtendedControls, ref head, []));
        head = new V4l2ExtendedControls { Which = 0x0fff0000 };
        Assert.Equal(Invalid, Session.Controls(MediaIoctl.GetExtendedControls, ref head, []));
    }

    [Fact]
    public void The_driver_finds_its_own_pointer_and_count_again()
    {
        var control = Walk(V4l2ControlFlags.NextControl).First(IsReadable);
        var head = new V4l2ExtendedControls { Count = 1, Pointer = 0x1234_5678_9abc_def0 };

        V4l2ExtendedControl[] controls = [new() { Id = control.Id }];
        Assert.Equal(0, Session.Controls(MediaIoctl.GetExtendedControls, ref head, controls));

        Assert.Equal((1u, 0x1234_5678_9abc_def0ul), (head.Count, head.Pointer));
    }

    [Fact]
    public async Task A_group_may_lie_in_descriptors_cut_anywhere()
    {
        var whole = Walk(V4l2ControlFlags.NextControl);
        await ConnectAsync(new() { DescriptorBytes = 9 });
        Assert.Equal(whole.Select(control => control.Id), Walk(V4l2ControlFlags.NextControl).Select(control => control.Id));
        Assert.All(whole.Where(IsReadable), control => Assert.Equal((0, control.Default), Get(V4l2ExtendedControls.Defaults, control.Id)));
    }

    // The kernel made these into the extended ioctls from 6.15 on; before, they come to the device as they are.
    [Fact]
    public void Older_drivers_find_the_same_values_with_QUERYCTRL_and_G_CTRL()
    {
        var plain = Walk(V4l2ControlFlags.NextControl).Where(IsReadable).Where(control => control.Type != V4l2ControlType.Integer64).ToList();
        Assert.NotEmpty(plain);
        foreach (var control in plain)
        {
            var query = new V4l2QueryControl { Id = control.Id };
            Assert.Equal(0, Session.Ioctl(MediaIoctl.QueryControl, ref query));
            Assert.Equal((control.Name, control.Type, control.Minimum, control.Maximum, control.Default),
                (query.Name, query.Type, query.Minimum, query.Maximum, query.Default));
            var value = new V4l2Control { Id = control.Id };
            Assert.Equal(0, Session.Ioctl(MediaIoctl.GetControl, ref value));
            Assert.Equal((0, (long)value.Value), Get(V4l2ExtendedControls.Current, control.Id));
        }

        var changed = plain.First(IsWritable);
        var wanted = new V4l2Control(changed.Id, (int)changed.Maximum);
        Assert.Equal(0, Session.Ioctl(MediaIoctl.SetControl, ref wanted));
        Assert.Equal((0, changed.Maximum), Get(V4l2ExtendedControls.Current, changed.Id));
    }

    [Fact]
    public void A_menu_lists_its_entries_and_nothing_else_is_one()
    {
        foreach (var control in Walk(V4l2ControlFlags.NextControl))
        {
            var entries = 0;
            for (var index = 0; index <= Math.Min(control.Maximum, 100) && control.Maximum >= 0; index++)
            {
                var entry = new V4l2QueryMenu { Id = control.Id, Index = (uint)index };
                var status = Session.Ioctl(MediaIoctl.QueryMenu, ref entry);
                Assert.True(status is 0 or Invalid, $"{control.Name} {index}: {status}");
                if (status == 0) entries++;
            }

            Assert.Equal(control.Type == V4l2ControlType.Menu, entries > 0);
        }
    }

    private static bool IsReadable(V4l2QueryExtendedControl control) =>
        control.Type is not (V4l2ControlType.Class or V4l2ControlType.Button) && (control.Flags & V4l2ControlFlags.WriteOnly) == 0;

    private static bool IsWritable(V4l2QueryExtendedControl control) =>
        IsReadable(control) && control.Maximum > control.Minimum
        && (control.Flags & (V4l2ControlFlags.ReadOnly | V4l2ControlFlags.Grabbed)) == 0;

    private List<V4l2QueryExtendedControl> Walk(V4l2ControlFlags flags)
    {
        var found = new List<V4l2QueryExtendedControl>();
        while (true)
        {
            var control = new V4l2QueryExtendedControl { Id = (found.Count == 0 ? 0 : found[^1].Id) | (uint)flags };
            var status = Session.Ioctl(MediaIoctl.QueryExtendedControl, ref control);
            if (status != 0)
            {
                Assert.Equal(Invalid, status);
                return found;
            }

            found.Add(control);
            Assert.True(found.Count < 1000, "the walk does not end");
        }
    }

    private (int Status, long Value) Get(uint which, uint id) => Do(MediaIoctl.GetExtendedControls, id, 0, which);

    private (int Status, long Value) Do(MediaIoctl code, uint id, long value, uint which = V4l2ExtendedControls.Current)
    {
        var head = new V4l2ExtendedControls { Which = which, Count = 1 };
        V4l2ExtendedControl[] controls = [new() { Id = id, Value = value }];
        var status = Session.Controls(code, ref head, controls);
        var query = new V4l2QueryExtendedControl { Id = id };
        Assert.Equal(0, Session.Ioctl(MediaIoctl.QueryExtendedControl, ref query));
        return (status, query.Type == V4l2ControlType.Integer64 ? controls[0].Value : (int)controls[0].Value);
    }
}
