package housing

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// book returns what stands in the ledger of a home, whose row the transaction
// holds. The caller gives it back through [Service.keep], or it is read again.
func (s *Service) book(ctx context.Context, tx store.Tx, l instance.Listing) (*ledger.Book, error) {
	book, ok := s.books.Get(l.ID)
	s.books.Remove(l.ID)
	if ok {
		var number int
		var hash string
		err := tx.QueryRow(ctx, `
			SELECT number, hash FROM housing_entries WHERE listing_id = $1 ORDER BY number DESC LIMIT 1`, l.ID).Scan(&number, &hash)
		if err != nil {
			return nil, err
		}
		if newest := book.Newest(); newest.Number == number && newest.Hash.String() == hash {
			return book, nil
		}
	}
	return readBook(tx.Query(ctx, `SELECT body FROM housing_entries WHERE listing_id = $1 ORDER BY number`, l.ID))
}

// readBook reads entries that were checked when they were kept.
func readBook(rows store.Rows, err error) (*ledger.Book, error) {
	books, err := readBooks(rows, err)
	switch {
	case err != nil:
		return nil, err
	case len(books) == 0:
		return &ledger.Book{}, nil
	}
	return books[0], nil
}

// readBooks is [readBook] for ledgers that follow one another, each from its first entry.
func readBooks(rows store.Rows, err error) ([]*ledger.Book, error) {
	entries, err := entriesOf(rows, err)
	if err != nil {
		return nil, err
	}
	var books []*ledger.Book
	for _, e := range entries {
		if e.Number == 1 || len(books) == 0 {
			books = append(books, &ledger.Book{})
		}
		if err := books[len(books)-1].Recall(e); err != nil {
			return nil, fmt.Errorf("a ledger that was kept: %w", err)
		}
	}
	return books, nil
}

func entriesOf(rows store.Rows, err error) ([]ledger.Entry, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var entries []ledger.Entry
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		e, err := ledger.DecodeEntry([]byte(body))
		if err != nil {
			return nil, fmt.Errorf("a ledger that was kept: %w", err)
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}
