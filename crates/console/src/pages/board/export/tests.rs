use super::super::row::tests::northfold;
use super::*;

#[test]
fn every_row_has_a_cell_for_every_head() {
    assert_eq!(cells(&northfold()).len(), HEADS.len());
}
