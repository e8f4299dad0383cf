//! From readings of a page to verdicts.

use jiff::civil::Date;

use super::{
    Area, FieldProof, Paper, PaperPlace, Reading, Verdict,
    bounds::Kind,
    dates, listed,
    search::{Range, Wanted},
    stream::{MAX_CHARACTERS, Stream, folded},
};
use crate::letter::{Field, Letter, Validity};

/// A page with fewer characters than this in all its readings is blank.
const FEWEST_CHARACTERS: usize = 10;
/// An engine that is less sure than this of its characters, and has not read a single field, has
/// read rubbish.
const RUBBISH: f32 = 0.6;

/// A declared text, and what the readings have of it.
struct Sought {
    field: Field,
    declared: String,
    wanted: Wanted,
}

/// Where something was read: which reading, and where in it.
#[derive(Clone, Copy)]
struct Spot {
    reading: usize,
    range: Range,
}

/// Compares a letter with the readings of its paper.
///
/// # Errors
/// Why the paper can't be read, in words.
pub fn compare<P>(letter: &Letter<P>, readings: &[Reading]) -> Result<Paper, String> {
    let longest = readings.iter().map(Reading::length).max().unwrap_or_default();
    if longest < FEWEST_CHARACTERS {
        return Err("no text was recognised: the page is blank, turned on its side, or not legible".to_owned());
    }
    if longest > MAX_CHARACTERS {
        return Err(format!("the engine read more than {MAX_CHARACTERS} characters: this is no letter"));
    }
    let streams: Vec<Stream> = readings.iter().map(Stream::of).collect();
    let sought = sought(letter);
    let signatures: Vec<Vec<char>> = sought
        .iter()
        .filter(|sought| sought.field == Field::Signatures)
        .map(|sought| sought.wanted.folded.clone())
        .collect();
    let mut pages: Vec<Page<'_>> = streams.iter().map(|stream| Page::of(stream, &sought, &signatures)).collect();
    take(&mut pages, &sought);
    let mut fields: Vec<FieldProof> =
        sought.iter().enumerate().map(|(index, sought)| sought.proof(index, &pages)).collect();
    fields.insert(3, validity(letter.validity, &pages));
    if fields.iter().all(|field| field.verdict == Verdict::NotFound) && is_rubbish(&streams) {
        return Err("the text can't be read: the page is turned, too small, or not legible".to_owned());
    }
    let on_paper: Vec<bool> = fields[4..].iter().map(|field| field.verdict != Verdict::NotFound).collect();
    let lists: Vec<_> =
        pages.iter().map(|page| (page.stream, listed::listed(page.stream, &page.taken_by_parties(&sought)))).collect();
    let undeclared = listed::undeclared(&lists, &signatures, &on_paper);
    Ok(Paper { fields, undeclared })
}

/// The texts of a letter, but its validity: both parties, the code, and each signature.
fn sought<P>(letter: &Letter<P>) -> Vec<Sought> {
    let sought = |field, kind, declared: &str| {
        let wanted = Wanted { kind, folded: folded(declared) };
        Sought { field, declared: declared.to_owned(), wanted }
    };
    let mut all = vec![
        sought(Field::Authorizer, Kind::Authorizer, letter.authorizer.as_str()),
        sought(Field::AuthorizedParty, Kind::AuthorizedParty, letter.authorized_party.as_str()),
        sought(Field::OrganizationCode, Kind::Code, letter.organization_code.as_str()),
    ];
    let signatures = letter.signatures.iter();
    all.extend(signatures.map(|signature| sought(Field::Signatures, Kind::Signature, signature.as_str())));
    all
}

fn is_rubbish(streams: &[Stream]) -> bool {
    let confidences = streams.iter().filter_map(|stream| stream.confidence(0, stream.0.len()));
    confidences.reduce(f32::max).is_some_and(|confidence| confidence < RUBBISH)
}

/// One reading, and where it has the texts.
struct Page<'s> {
    stream: &'s Stream,
    /// Where each text was found.
    found: Vec<Option<Range>>,
    dates: Vec<dates::Dated>,
    /// Which characters are those of texts that some reading has: no other text is looked for
    /// there.
    taken: Vec<bool>,
}

/// Marks what belongs to the texts that were found: in one reading as they are, in the others what
/// is like them.
fn take(pages: &mut [Page<'_>], sought: &[Sought]) {
    let is_found: Vec<bool> =
        (0..sought.len()).map(|index| pages.iter().any(|page| page.found[index].is_some())).collect();
    if is_found.iter().all(|found| *found) {
        return;
    }
    for page in pages {
        page.taken = page.mask(page.found.iter().flatten());
        for (index, sought) in sought.iter().enumerate().filter(|(index, _)| is_found[*index]) {
            if page.found[index].is_none()
                && let Some(alike) = page.stream.find_alike(&sought.wanted, &page.taken)
            {
                page.taken[alike.range.0..alike.range.1].fill(true);
            }
        }
    }
}

impl<'s> Page<'s> {
    fn of(stream: &'s Stream, sought: &[Sought], signatures: &[Vec<char>]) -> Self {
        let found = sought.iter().map(|sought| stream.find(&sought.wanted, signatures)).collect();
        Self { stream, found, dates: stream.dates(), taken: Vec::new() }
    }

    fn taken_by_parties(&self, sought: &[Sought]) -> Vec<bool> {
        let is_party = |sought: &Sought| matches!(sought.field, Field::Authorizer | Field::AuthorizedParty);
        let parties = self.found.iter().zip(sought).filter(|(_, sought)| is_party(sought));
        self.mask(parties.filter_map(|(found, _)| found.as_ref()))
    }

    fn mask<'r>(&self, ranges: impl Iterator<Item = &'r Range>) -> Vec<bool> {
        let mut mask = vec![false; self.stream.0.len()];
        ranges.for_each(|range| mask[range.0..range.1].fill(true));
        mask
    }
}

impl Sought {
    /// The verdict on the text with this index.
    fn proof(&self, index: usize, pages: &[Page<'_>]) -> FieldProof {
        let proof = |verdict, spot, read| field_proof((self.field, self.declared.clone()), verdict, spot, read, pages);
        let found =
            pages.iter().enumerate().filter_map(|(reading, page)| Some(Spot { reading, range: page.found[index]? }));
        let sure = |spot: &Spot| pages[spot.reading].stream.confidence(spot.range.0, spot.range.1).unwrap_or_default();
        if let Some(best) = found.max_by(|a, b| sure(a).total_cmp(&sure(b))) {
            return proof(Verdict::Found, Some(best), None);
        }
        let alike = pages.iter().enumerate().filter_map(|(reading, page)| {
            let alike = page.stream.find_alike(&self.wanted, &page.taken)?;
            Some((alike.similarity, Spot { reading, range: alike.range }))
        });
        let key = |(similarity, spot): &(f32, Spot)| (*similarity, sure(spot));
        let best = alike.max_by(|a, b| {
            let (a, b) = (key(a), key(b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        match best {
            Some((_, spot)) => {
                let read = pages[spot.reading].stream.raw(spot.range.0, spot.range.1);
                proof(Verdict::Differs, Some(spot), Some(read))
            }
            None => proof(Verdict::NotFound, None, None),
        }
    }
}

fn validity(declared: Validity, pages: &[Page<'_>]) -> FieldProof {
    let proof = |verdict, spot, read| field_proof((Field::Validity, declared.to_string()), verdict, spot, read, pages);
    let found = pages.iter().enumerate().find_map(|(reading, page)| {
        let (from, until) = dates::find(&page.dates, declared)?;
        Some(Spot { reading, range: (from.0, until.1) })
    });
    if let Some(spot) = found {
        return proof(Verdict::Found, Some(spot), None);
    }
    let others = pages.iter().enumerate().filter_map(|(reading, page)| {
        let (from, until) = dates::find_other(&page.dates, declared)?;
        Some((Spot { reading, range: (from.range.0, until.range.1) }, from.date, until.date))
    });
    let equal = |from: Date, until: Date| usize::from(from == declared.from()) + usize::from(until == declared.until());
    match others.max_by_key(|(_, from, until)| equal(*from, *until)) {
        Some((spot, from, until)) => proof(Verdict::Differs, Some(spot), Some(format!("{from}~{until}"))),
        None => proof(Verdict::NotFound, None, None),
    }
}

fn field_proof(
    (field, declared): (Field, String),
    verdict: Verdict,
    spot: Option<Spot>,
    read: Option<String>,
    pages: &[Page<'_>],
) -> FieldProof {
    let stream = |spot: Spot| (pages[spot.reading].stream, spot.range);
    let confidence = spot.and_then(|spot| {
        let (stream, (from, to)) = stream(spot);
        stream.confidence(from, to).map(|confidence| rounded(confidence, 100.0))
    });
    let place = spot.map(|spot| {
        let (stream, (from, to)) = stream(spot);
        let area = stream.area(from, to).map(|Area { left, top, width, height }| {
            let [left, top, width, height] = [left, top, width, height].map(|share| rounded(share, 1000.0));
            Area { left, top, width, height }
        });
        PaperPlace { line: stream.0[from].line + 1, area }
    });
    FieldProof { field, declared, verdict, read, confidence, place }
}

fn rounded(number: f32, steps: f32) -> f32 {
    (number * steps).round() / steps
}
