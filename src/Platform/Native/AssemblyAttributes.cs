using System.Runtime.CompilerServices;

// Every native signature here is blittable, so nothing may be marshalled behind our back.
[assembly: DisableRuntimeMarshalling]
