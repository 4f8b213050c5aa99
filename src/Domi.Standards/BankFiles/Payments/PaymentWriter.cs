namespace Domi.Standards.BankFiles;

/// <summary>Writes a message of payments, pain.008 or pain.001, one at a time and keeping none.</summary>
/// <remarks>
/// Counts and sums stand before the payments, so they come from elsewhere: that they are what was written is checked before the next batch
/// begins and before the file ends. Source: EPC130-08, EPC131-08 and EPC132-08; ISO 20022 pain.008.001.02 and .08, pain.001.001.03 and .09.
/// </remarks>
internal sealed class PaymentWriter(Stream stream, BankProfile profile) : IDisposable
{
    private PaymentMessage? message;
    private PaymentXml? xml;
    private FilePart? batch;
    private MandateScheme? scheme;
    private DateOnly? day;
    private int batches;
    private (int Count, decimal Sum) written;
    private (int Count, decimal Sum) ofBatch;

    /// <exception cref="ArgumentException">The part breaks a rule of <see cref="PaymentRules"/> or of the bank.</exception>
    /// <exception cref="InvalidOperationException">It stands where it may not, or the batch before has another count or sum than it said.</exception>
    public void Add(FilePart part)
    {
        switch (part)
        {
            case PaymentMessage head:
                if (message is not null) throw new InvalidOperationException("A file has one head.");
                message = head.Fit(profile);
                Need(PaymentRules.Check(message));
                if (message.Count > profile.MaxPaymentsPerFile) throw new ArgumentException($"{profile.Bank} takes {profile.MaxPaymentsPerFile} payments a file, not {message.Count}.");
                break;
            case DebitBatch debits:
                Begin(debits.Fit(profile));
                break;
            case TransferBatch transfers:
                Begin(transfers.Fit(profile));
                break;
            case Debit debit when batch is DebitBatch own:
                Add(debit.Fit(profile), own);
                break;
            case Transfer transfer when batch is TransferBatch own:
                Add(transfer.Fit(profile), own);
                break;
            default:
                throw new InvalidOperationException($"A {part?.GetType().Name} stands where it may not: a head, then each batch before its payments.");
        }
    }

    /// <summary>Closes the file, after all that was announced is in it.</summary>
    /// <exception cref="InvalidOperationException">There is no batch, or the last one or the file has another count or sum than it said.</exception>
    public void End()
    {
        if (message is null || xml is null) throw new InvalidOperationException("There is no payment to write.");
        EndBatch();
        if (written != (message.Count, message.Sum))
            throw new InvalidOperationException($"The file {message.Id} was to hold {message.Count} payments of {Values.Euros(message.Sum)}; {written.Count} of {Values.Euros(written.Sum)} were written.");
        xml.Finish();
    }

    public void Dispose() => xml?.Dispose();

    private void Begin(DebitBatch own)
    {
        Need(PaymentRules.Check(own));
        if (message is not null && profile.CheckDate(own.CollectOn, message.CreatedAt) is { } late) throw new ArgumentException(late.Message);
        if (scheme is not null && scheme != own.Scheme) throw new InvalidOperationException("CORE and B2B are never mixed in one file.");
        Begin(own, own.Count, own.CollectOn, profile.DirectDebits, "CstmrDrctDbtInitn", PaymentFile.DebitFormats);
        scheme = own.Scheme;

        xml!.BatchHead(own.Id, "DD", own.IsBookedAsBatch, own.Count, own.Sum);
        xml.Start("PmtTpInf");
        xml.Nested("SvcLvl", "Cd", "SEPA");
        xml.Nested("LclInstrm", "Cd", own.Scheme is MandateScheme.B2B ? "B2B" : "CORE");
        xml.Element("SeqTp", own.Sequence switch { SequenceType.First => "FRST", SequenceType.OneOff => "OOFF", SequenceType.Final => "FNAL", _ => "RCUR" });
        if (own.CategoryPurpose is { } purpose) xml.Nested("CtgyPurp", "Cd", purpose);
        xml.End();
        xml.Element("ReqdColltnDt", Values.Day(own.CollectOn));
        xml.Party("Cdtr", own.CreditorName);
        xml.Account("CdtrAcct", own.CreditorAccount);
        xml.Agent("CdtrAgt", own.CreditorBic);
        if (own.UltimateCreditor is { } ultimate) xml.Party("UltmtCdtr", ultimate);
        xml.Element("ChrgBr", "SLEV");
        xml.Start("CdtrSchmeId");
        xml.CreditorScheme(own.CreditorId.Value);
        xml.End();
    }

    private void Begin(TransferBatch own)
    {
        Need(PaymentRules.Check(own));
        Begin(own, own.Count, own.ExecuteOn, profile.Transfers, "CstmrCdtTrfInitn", PaymentFile.TransferFormats);

        xml!.BatchHead(own.Id, "TRF", own.IsBookedAsBatch, own.Count, own.Sum);
        xml.Start("PmtTpInf");
        xml.Nested("SvcLvl", "Cd", "SEPA");
        if (own.IsInstant) xml.Nested("LclInstrm", "Cd", "INST");
        if (own.CategoryPurpose is { } purpose) xml.Nested("CtgyPurp", "Cd", purpose);
        xml.End();
        if (xml.IsOld) xml.Element("ReqdExctnDt", Values.Day(own.ExecuteOn));
        else xml.Nested("ReqdExctnDt", "Dt", Values.Day(own.ExecuteOn));
        xml.Party("Dbtr", own.DebtorName);
        xml.Account("DbtrAcct", own.DebtorAccount);
        xml.Agent("DbtrAgt", own.DebtorBic);
        xml.Element("ChrgBr", "SLEV");
    }

    private void Begin(FilePart own, int count, DateOnly on, string format, string root, IReadOnlyList<string> formats)
    {
        if (message is null) throw new InvalidOperationException("The head comes before the first batch.");
        if (batch is not null && batch.GetType() != own.GetType()) throw new InvalidOperationException("Direct debits and transfers are never in one file.");
        if (++batches > 1 && profile.OneBatchPerFile) throw new InvalidOperationException($"{profile.Bank} takes one batch a file.");
        if (day is { } other && other != on && profile.OneDatePerFile) throw new InvalidOperationException($"{profile.Bank} takes one date a file.");
        if (count > profile.MaxPaymentsPerBatch) throw new ArgumentException($"{profile.Bank} takes {profile.MaxPaymentsPerBatch} payments a batch, not {count}.");
        EndBatch();
        if (xml is null)
        {
            xml = new(stream, format, root, isOld: format == formats[0]);
            xml.Head(message);
        }
        else
        {
            xml.End();
        }

        (batch, day, ofBatch) = (own, on, default);
    }

    private void EndBatch()
    {
        var (id, count, sum) = batch switch { DebitBatch b => (b.Id, b.Count, b.Sum), TransferBatch b => (b.Id, b.Count, b.Sum), _ => ("", 0, 0m) };
        if (ofBatch != (count, sum))
            throw new InvalidOperationException($"The batch {id} was to hold {count} payments of {Values.Euros(sum)}; {ofBatch.Count} of {Values.Euros(ofBatch.Sum)} were written.");
        written = (written.Count + count, written.Sum + sum);
    }

    private void Add(Debit own, DebitBatch debits)
    {
        Need(PaymentRules.Check(own, debits, DateOnly.FromDateTime(message!.CreatedAt)));
        if (profile.NeedsBic && own.DebtorBic is null) throw new ArgumentException($"{profile.Bank} asks for the BIC of {own.EndToEndId}.");
        ofBatch = (ofBatch.Count + 1, ofBatch.Sum + own.Amount);

        xml!.Line();
        xml.Start("DrctDbtTxInf");
        xml.PaymentId(own.InstructionId, own.EndToEndId);
        xml.Amount(own.Amount);
        xml.Start("DrctDbtTx");
        xml.Start("MndtRltdInf");
        xml.Element("MndtId", own.MandateId);
        xml.Element("DtOfSgntr", Values.Day(own.SignedOn));
        if (own.Amendment is { } amendment) Write(amendment);
        xml.End();
        xml.End();
        xml.Agent("DbtrAgt", own.DebtorBic);
        xml.Party("Dbtr", own.DebtorName, own.DebtorAddress);
        xml.Account("DbtrAcct", own.DebtorAccount);
        if (own.UltimateDebtor is { } ultimate) xml.Party("UltmtDbtr", ultimate);
        if (own.Purpose is { } purpose) xml.Nested("Purp", "Cd", purpose);
        xml.Remittance(own.Text, own.Reference);
        xml.End();
    }

    private void Write(MandateAmendment amendment)
    {
        xml!.Element("AmdmntInd", "true");
        xml.Start("AmdmntInfDtls");
        if (amendment.OriginalMandateId is { } mandate) xml.Element("OrgnlMndtId", mandate);
        if (amendment.OriginalCreditorName is not null || amendment.OriginalCreditorId is not null)
        {
            xml.Start("OrgnlCdtrSchmeId");
            if (amendment.OriginalCreditorName is { } name) xml.Element("Nm", name);
            if (amendment.OriginalCreditorId is { } id) xml.CreditorScheme(id.Value);
            xml.End();
        }

        if (amendment.OriginalAccount is { } account)
        {
            xml.Account("OrgnlDbtrAcct", account);
        }
        else if (amendment.HasNewAccount)
        {
            // Since 20 November 2016 "same mandate, new debtor account", and under the account; before, under the agent.
            xml.Start("OrgnlDbtrAcct");
            xml.Start("Id");
            xml.Nested("Othr", "Id", "SMNDA");
            xml.End();
            xml.End();
        }

        xml.End();
    }

    private void Add(Transfer own, TransferBatch transfers)
    {
        Need(PaymentRules.Check(own, transfers));
        if (profile.NeedsBic && own.CreditorBic is null) throw new ArgumentException($"{profile.Bank} asks for the BIC of {own.EndToEndId}.");
        ofBatch = (ofBatch.Count + 1, ofBatch.Sum + own.Amount);

        xml!.Line();
        xml.Start("CdtTrfTxInf");
        xml.PaymentId(own.InstructionId, own.EndToEndId);
        xml.Start("Amt");
        xml.Amount(own.Amount);
        xml.End();
        // Unlike in a direct debit, an unknown bank is left out altogether.
        if (own.CreditorBic is not null) xml.Agent("CdtrAgt", own.CreditorBic);
        xml.Party("Cdtr", own.CreditorName, own.CreditorAddress);
        xml.Account("CdtrAcct", own.CreditorAccount);
        if (own.UltimateCreditor is { } ultimate) xml.Party("UltmtCdtr", ultimate);
        if (own.Purpose is { } purpose) xml.Nested("Purp", "Cd", purpose);
        xml.Remittance(own.Text, own.Reference);
        xml.End();
    }

    private void Need(IReadOnlyList<Finding> faults)
    {
        if (faults.Count > 0 && faults.Where(profile.Minds).ToList() is { Count: > 0 } minded) throw new ArgumentException(string.Join(" ", minded.Select(f => f.Message)));
    }
}
