using System.Globalization;
using Domi.Standards.BankFiles;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>Messages that are right, one in each version that has a schema, and CODA.</summary>
internal static class Messages
{
    /// <summary>All of them, as whole files.</summary>
    public static IEnumerable<string> All() => SchemaCheck.Formats.Select(format => Document(format, format[..8] switch
    {
        "pain.008" => Debits(format),
        "pain.001" => Transfers(format),
        "pain.002" => Report(format),
        _ => Camt(format),
    })).Append(Document("pain.002.001.03", Report("pain.002.001.03"))).Append(CodaText.Statement());

    public static string Document(string format, string message) => $"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{format}">{message}</Document>""";

    public static string Debits(string format)
    {
        var bic = format.EndsWith("02") ? "BIC" : "BICFI";
        return $"""
            <CstmrDrctDbtInitn><GrpHdr><MsgId>MSG</MsgId><CreDtTm>2026-03-17T10:00:00</CreDtTm><NbOfTxs>1</NbOfTxs><CtrlSum>12.34</CtrlSum><InitgPty><Nm>Sender</Nm></InitgPty></GrpHdr>
            <PmtInf><PmtInfId>P</PmtInfId><PmtMtd>DD</PmtMtd><NbOfTxs>1</NbOfTxs><CtrlSum>12.34</CtrlSum><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl><LclInstrm><Cd>B2B</Cd></LclInstrm><SeqTp>OOFF</SeqTp></PmtTpInf>
            <ReqdColltnDt>2026-03-20</ReqdColltnDt><Cdtr><Nm>Creditor</Nm></Cdtr><CdtrAcct><Id><IBAN>BE68539007547034</IBAN></Id></CdtrAcct><CdtrAgt><FinInstnId><{bic}>KREDBEBB</{bic}></FinInstnId></CdtrAgt>
            <CdtrSchmeId><Id><PrvtId><Othr><Id>BE12ZZZ0456810810</Id><SchmeNm><Prtry>SEPA</Prtry></SchmeNm></Othr></PrvtId></Id></CdtrSchmeId>
            <DrctDbtTxInf><PmtId><EndToEndId>E</EndToEndId></PmtId><InstdAmt Ccy="EUR">12.34</InstdAmt><DrctDbtTx><MndtRltdInf><MndtId>M</MndtId><DtOfSgntr>2026-01-02</DtOfSgntr></MndtRltdInf></DrctDbtTx>
            <DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt><Dbtr><Nm>Debtor</Nm></Dbtr><DbtrAcct><Id><IBAN>BE71096123456769</IBAN></Id></DbtrAcct></DrctDbtTxInf></PmtInf></CstmrDrctDbtInitn>
            """;
    }

    public static string Transfers(string format)
    {
        var day = format.EndsWith("03") ? "2026-03-20" : "<Dt>2026-03-20</Dt>";
        return $"""
            <CstmrCdtTrfInitn><GrpHdr><MsgId>MSG</MsgId><CreDtTm>2026-03-17T10:00:00</CreDtTm><NbOfTxs>1</NbOfTxs><CtrlSum>12.34</CtrlSum><InitgPty><Nm>Sender</Nm></InitgPty></GrpHdr>
            <PmtInf><PmtInfId>P</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>1</NbOfTxs><CtrlSum>12.34</CtrlSum><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl><LclInstrm><Cd>INST</Cd></LclInstrm></PmtTpInf><ReqdExctnDt>{day}</ReqdExctnDt>
            <Dbtr><Nm>Debtor</Nm></Dbtr><DbtrAcct><Id><IBAN>BE68539007547034</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>
            <CdtTrfTxInf><PmtId><EndToEndId>E</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">12.34</InstdAmt></Amt><Cdtr><Nm>Creditor</Nm></Cdtr><CdtrAcct><Id><IBAN>BE71096123456769</IBAN></Id></CdtrAcct>
            <RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn>
            """;
    }

    /// <summary>A file of two direct debits, of which one was rejected.</summary>
    public static string Report(string format)
    {
        var (open, close) = format.EndsWith("14") ? ("<DrctDbtMndt>", "</DrctDbtMndt>") : ("", "");
        var debtor = format.EndsWith("03") ? "<Dbtr><Nm>Debtor</Nm></Dbtr>" : "<Dbtr><Pty><Nm>Debtor</Nm></Pty></Dbtr>";
        return $"""
            <CstmrPmtStsRpt><GrpHdr><MsgId>R</MsgId><CreDtTm>2026-03-17T10:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>MSG</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.02</OrgnlMsgNmId><OrgnlNbOfTxs>2</OrgnlNbOfTxs><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
            <OrgnlPmtInfAndSts><OrgnlPmtInfId>P</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts><TxInfAndSts><OrgnlEndToEndId>E</OrgnlEndToEndId><TxSts>RJCT</TxSts>
            <StsRsnInf><Orgtr><Id><OrgId><AnyBIC>KREDBEBB</AnyBIC></OrgId></Id></Orgtr><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf><OrgnlTxRef><Amt><InstdAmt Ccy="EUR">12.34</InstdAmt></Amt><ReqdColltnDt>2026-03-20</ReqdColltnDt>
            <MndtRltdInf>{open}<MndtId>M</MndtId>{close}</MndtRltdInf>{debtor}<DbtrAcct><Id><IBAN>BE71096123456769</IBAN></Id></DbtrAcct></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt>
            """;
    }

    /// <summary>A return of two direct debits, one with charges.</summary>
    public static string Camt(string format)
    {
        var version = int.Parse(format[^2..], CultureInfo.InvariantCulture);
        var bic = version >= 3 ? "BICFI" : "BIC";
        var (root, own) = format[..8] switch { "camt.052" => ("BkToCstmrAcctRpt", "Rpt"), "camt.053" => ("BkToCstmrStmt", "Stmt"), _ => ("BkToCstmrDbtCdtNtfctn", "Ntfctn") };
        var balances = own == "Ntfctn" ? "" : Balance("OPBD", "1000.00") + Balance("CLBD", "335.95");
        var status = version >= 7 ? "<Cd>BOOK</Cd>" : "BOOK";
        return $"""
            <{root}><GrpHdr><MsgId>MSG</MsgId><CreDtTm>2026-03-18T06:00:00</CreDtTm></GrpHdr><{own}><Id>S-7</Id><ElctrncSeqNb>7</ElctrncSeqNb><CreDtTm>2026-03-18T06:00:00</CreDtTm>
            <Acct><Id><IBAN>BE68539007547034</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Holder</Nm></Ownr><Svcr><FinInstnId><{bic}>BBRUBEBB</{bic}></FinInstnId></Svcr></Acct>{balances}
            <Ntry><Amt Ccy="EUR">664.05</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>{status}</Sts><BookgDt><Dt>2026-03-17</Dt></BookgDt><ValDt><Dt>2026-03-18</Dt></ValDt>
            <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><Btch><PmtInfId>BATCH-1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>
            {Detail(1, "564.05", "AM04", "<Chrgs>" + (version >= 3 ? "<Rcrd><Amt Ccy=\"EUR\">3.00</Amt></Rcrd>" : "<Amt Ccy=\"EUR\">3.00</Amt>") + "</Chrgs>", "<InstdAmt><Amt Ccy=\"EUR\">561.05</Amt></InstdAmt>", "<Strd><CdtrRefInf><Ref>090933755493</Ref></CdtrRefInf></Strd>")}
            {Detail(2, "100.00", "MD06", "", "", "<Ustrd>Factuur 12</Ustrd>")}</NtryDtls></Ntry></{own}></{root}>
            """;

        static string Balance(string code, string amount) =>
            $"""<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-17</Dt></Dt></Bal>""";

        string Detail(int number, string amount, string reason, string charges, string instructed, string remittance)
        {
            var (open, close) = version >= 7 ? ("<Pty>", "</Pty>") : ("", "");
            var own = version >= 3 ? $"""<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>""" : "";
            var amounts = version >= 3 ? instructed : $"""{instructed}<TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt>""";
            return $"""
                <TxDtls><Refs><EndToEndId>E-{number}</EndToEndId><MndtId>M-{number}</MndtId></Refs>{own}{(amounts.Length > 0 ? $"<AmtDtls>{amounts}</AmtDtls>" : "")}{charges}
                <RltdPties><Dbtr>{open}<Nm>Jan Janssens</Nm><PstlAdr><StrtNm>Visserij</StrtNm><BldgNb>44</BldgNb><PstCd>9000</PstCd><TwnNm>Gent</TwnNm><Ctry>BE</Ctry></PstlAdr>{close}</Dbtr><DbtrAcct><Id><IBAN>BE71096123456769</IBAN></Id></DbtrAcct>
                <Cdtr>{open}<Nm>Holder</Nm>{close}</Cdtr><CdtrAcct><Id><IBAN>BE68539007547034</IBAN></Id></CdtrAcct></RltdPties><RltdAgts><DbtrAgt><FinInstnId><{bic}>KREDBEBB</{bic}></FinInstnId></DbtrAgt></RltdAgts>
                <RmtInf>{remittance}</RmtInf><RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf></TxDtls>
                """;
        }
    }
}
