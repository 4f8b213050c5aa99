using Domi.Standards;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Domi.Platform;

// The library converts a type's empty value too, there and back, to know what was never set.

/// <summary>An instant is stored in UTC; what is read is in UTC too.</summary>
public sealed class UtcInstant() : ValueConverter<DateTimeOffset, DateTime>(
    instant => instant.UtcDateTime, stored => new DateTimeOffset(DateTime.SpecifyKind(stored, DateTimeKind.Utc)));

/// <summary>An account is stored without blanks.</summary>
public sealed class IbanText() : ValueConverter<Iban, string>(iban => iban.Value, text => text == "" ? default : Iban.Parse(text));

/// <summary>A bank's code is stored as it is written.</summary>
public sealed class BicText() : ValueConverter<Bic, string>(bic => bic.Value, text => text == "" ? default : Bic.Parse(text));

/// <summary>A structured communication is stored as its twelve digits.</summary>
public sealed class CommunicationText() : ValueConverter<StructuredCommunication, string>(
    communication => communication.Value, text => text == "" ? default : StructuredCommunication.Parse(text));

/// <summary>An enterprise number is stored as its ten digits.</summary>
public sealed class EnterpriseText() : ValueConverter<EnterpriseNumber, string>(
    number => number.Value, text => text == "" ? default : EnterpriseNumber.Parse(text));
