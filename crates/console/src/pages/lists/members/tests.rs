use super::*;

#[test]
fn a_form_names_accounts_and_says_things_of_the_list() {
    let fields = [
        ("form_token", "t"),
        ("act", "remove"),
        ("account", "acme"),
        ("account", ""),
        ("account", "beta"),
        ("name", " Q3 "),
        ("owner", ""),
    ];
    let fields = fields.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let sent = Sent::of(fields.to_vec());
    let ids: Vec<&str> = sent.accounts.iter().map(AccountId::as_str).collect();
    assert_eq!((sent.act.as_str(), ids), ("remove", vec!["acme", "beta"]));
    let edit = sent.edit();
    assert_eq!(edit.name.as_deref(), Some("Q3"));
    assert_eq!(edit.owner, Some(None), "an empty field takes back what was said");
}
