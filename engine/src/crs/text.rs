//! Reference systems as text: codes in their many spellings, and WKT.

use super::canonical;

/// The code in `EPSG:4326`, in a URN such as `urn:ogc:def:crs:OGC:1.3:CRS84`, and in a URL such as
/// `http://www.opengis.net/def/crs/EPSG/0/4326`.
pub(super) fn authority_code(text: &str) -> Option<String> {
    const URNS: [&str; 3] = ["urn:ogc:def:crs:", "urn:x-ogc:def:crs:", "urn:opengis:def:crs:"];
    // The older URLs of OGC, and those of the usual catalogs: the authority, or a prefix of it.
    const URLS: [(&str, &str); 4] = [
        ("/def/crs/", ""),
        ("/gml/srs/epsg.xml#", "epsg/"),
        ("spatialreference.org/ref/", ""),
        ("//epsg.io/", "epsg/"),
    ];
    // OGC API and STAC write a code in brackets, as a CURIE.
    let text = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let lower = text.trim().to_ascii_lowercase();
    let url = URLS.iter().find_map(|(place, authority)| {
        let (_, path) = lower.split_once(place)?;
        Some(format!("{authority}{}", path.trim_end_matches('/')))
    });
    let urn = URNS.iter().find_map(|urn| lower.strip_prefix(urn)).unwrap_or(&lower);
    let parts: Vec<&str> = match &url {
        Some(path) => path.split('/').collect(),
        None => urn.split(':').collect(),
    };
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    match parts[..] {
        ["crs84"] | ["crs" | "ogc", "84"] | ["ogc", _, "84"] => Some("OGC:CRS84".to_owned()),
        ["crs" | "ogc", "83"] | ["ogc", _, "83"] => Some("OGC:CRS83".to_owned()),
        ["crs" | "ogc", "27"] | ["ogc", _, "27"] => Some("OGC:CRS27".to_owned()),
        [authority, code] | [authority, _, code] if is_word(authority) && is_word(code) => {
            Some(canonical(&format!("{authority}:{code}")))
        }
        _ => None,
    }
}

/// Whether a text is WKT or a PROJ string by its form, and not any other text.
pub(super) fn is_definition(text: &str) -> bool {
    const KEYWORDS: [&str; 21] = [
        "GEOGCRS",
        "GEOGRAPHICCRS",
        "GEOGCS",
        "PROJCRS",
        "PROJECTEDCRS",
        "PROJCS",
        "GEODCRS",
        "GEODETICCRS",
        "GEOCCS",
        "BOUNDCRS",
        "COMPOUNDCRS",
        "COMPD_CS",
        "ENGCRS",
        "ENGINEERINGCRS",
        "LOCAL_CS",
        "DERIVEDPROJCRS",
        "IMAGECRS",
        "VERTCRS",
        "TIMECRS",
        "PARAMETRICCRS",
        "FITTED_CS",
    ];
    let keyword = text.split(['[', '(']).next().unwrap_or_default().trim().to_ascii_uppercase();
    let is_wkt = text.ends_with([']', ')']) && KEYWORDS.contains(&&*keyword);
    is_wkt || ["+proj=", "+init="].iter().any(|word| text.contains(word))
}

/// The identifier of the outermost element: `ID["EPSG",4326]` or `AUTHORITY["EPSG","4326"]`.
pub(super) fn wkt_code(text: &str) -> Option<String> {
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '[' if !quoted => {
                let keyword = text[..at].trim_end();
                depth += 1;
                if depth == 2 && (keyword.ends_with("ID") || keyword.ends_with("AUTHORITY")) {
                    let inside = text[at + 1..].split(']').next()?;
                    let mut words = inside.split(',').map(|word| word.trim().trim_matches('"'));
                    return Some(canonical(&format!("{}:{}", words.next()?, words.next()?)));
                }
            }
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The text without the spaces that mean nothing in WKT: those outside quotes.
pub(super) fn without_spaces(text: &str) -> String {
    let pieces = text.split('"').enumerate();
    let piece = |(at, piece): (usize, &str)| match at % 2 {
        0 => piece.split_whitespace().collect::<Vec<_>>().join(if text.contains('[') {
            ""
        } else {
            " "
        }),
        _ => piece.to_owned(),
    };
    pieces.map(piece).collect::<Vec<_>>().join("\"")
}

pub(super) fn is_geographic_text(text: &str) -> Option<bool> {
    let has = |keywords: &[&str]| keywords.iter().any(|keyword| text.contains(keyword));
    // A projected system holds the geographic one that it is a projection of.
    if has(&["PROJCRS[", "PROJCS[", "PROJECTEDCRS["]) {
        return Some(false);
    }
    has(&["GEOGCRS[", "GEOGCS[", "GEOGRAPHICCRS[", "+proj=longlat", "+proj=latlong"])
        .then_some(true)
}
