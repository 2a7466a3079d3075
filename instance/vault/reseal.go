package vault

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"

	"palier/instance"
	"palier/instance/store"
)

// Column is one in which something is sealed.
type Column struct {
	Kind  string // of [Keys.Seal]
	Table string
	Key   string // the column that is its id
	Name  string
	Of    string // a condition for the rows of the programme $1
	Text  bool   // sealed by [Keys.SealText]
	// Kept says that the database lets nobody write it anew, but for this (vault_reseals).
	Kept bool
}

// Resealed is how far a programme is sealed to its newest key alone.
type Resealed struct {
	Moved  int    // that were sealed anew
	Newest int    // that the newest key opens in the end
	Left   int    // that a key before opens: somebody wrote them meanwhile
	Lost   int    // that no key opens which is here: they stay as they are
	First  string // one of those that are left or lost
	// Older are the files of the keys before that are here, once nothing in the database
	// needs them any more. Copies of it that were made before do.
	Older []string
}

// Whole tells whether nothing is left that a key before opens.
func (r Resealed) Whole() bool { return r.Left == 0 }

// resealedAtOnce is how many rows are sealed anew in one transaction.
const resealedAtOnce = 100

// Reseal seals what columns hold of a programme to its newest key, a hundred rows in a
// transaction each, and after each it tells done how far it is; an error of done ends it.
// Whoever begins it again goes on where it ended, since what is sealed to the newest key
// stays as it is. In the end everything is opened once more, with that key alone. Keys
// before are neither deleted nor forgotten. It returns [instance.ErrSealed] if the newest
// key is not here.
func (v *Vault) Reseal(ctx context.Context, db *store.DB, programme instance.ActorID, columns []Column, done func(Resealed) error) (Resealed, error) {
	var r Resealed
	for _, c := range columns { // each in batches of its own
		for after := instance.ID(0); ; {
			last, moved, err := v.resealSome(ctx, db, programme, c, after)
			if err != nil {
				return r, fmt.Errorf("seal %s of %s anew: %w", c.Name, c.Table, err)
			}
			r.Moved += moved
			if last == 0 {
				break
			}
			after = last
			if err := done(r); err != nil {
				return r, err
			}
		}
	}
	keys, err := v.Keys(ctx, db.Read(), programme)
	if err != nil {
		return r, err
	}
	if r, err = verify(ctx, db.Read(), keys, columns, r); err != nil || !r.Whole() {
		return r, err
	}
	if r.Older, err = v.older(ctx, db.Read(), programme); err != nil || r.Lost > 0 {
		return r, err
	}
	return r, db.InTx(ctx, func(tx store.Tx) error { return v.spend(ctx, tx, keys) })
}

// spend notes that what was made before the newest of some keys is needed for copies
// alone. Those that are here are tried still.
func (v *Vault) spend(ctx context.Context, tx store.Tx, k Keys) error {
	if k.newest == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `
		UPDATE vault_keys
		   SET spent_at = $3
		 WHERE programme_id = $1 AND recipient <> $2 AND spent_at IS NULL
		   AND made_at <= (SELECT n.made_at FROM vault_keys n WHERE n.recipient = $2)`, k.programme, k.newest.Recipient().String(), store.Millis(v.now()))
	return err
}

// cell is something that is sealed.
type cell struct {
	id     instance.ID
	sealed []byte
}

// resealSome does the rows after one, and returns the last of them; 0 where there is none.
func (v *Vault) resealSome(ctx context.Context, db *store.DB, programme instance.ActorID, c Column, after instance.ID) (last instance.ID, moved int, err error) {
	err = db.InTx(ctx, func(tx store.Tx) error {
		last, moved = 0, 0
		keys, err := v.Keys(ctx, tx, programme)
		if err != nil {
			return err
		}
		if keys.newest == nil {
			return instance.ErrSealed
		}
		some, err := cells(ctx, tx, c, programme, after)
		if err != nil || len(some) == 0 {
			return err
		}
		last = some[len(some)-1].id
		var change []cell
		var anew [][]byte
		for _, x := range some {
			if _, err := keys.onlyNewest().Open(c.Kind, x.id, x.sealed); err == nil {
				continue
			}
			plain, err := keys.Open(c.Kind, x.id, x.sealed)
			if err != nil {
				continue // that it cannot be opened is told in the end
			}
			sealed, err := keys.Seal(c.Kind, x.id, plain)
			if err != nil {
				return err
			}
			change, anew = append(change, x), append(anew, sealed)
		}
		moved, err = rewrite(ctx, tx, c, change, anew)
		return err
	})
	return last, moved, err
}

// rewrite writes cells that hold still what was read.
func rewrite(ctx context.Context, tx store.Tx, c Column, change []cell, anew [][]byte) (moved int, err error) {
	if len(change) == 0 {
		return 0, nil
	}
	if c.Kept {
		marks := store.Many{Into: "vault_reseals (relation, row_id)"}
		for _, x := range change {
			if err := marks.Add(ctx, tx, c.Table, x.id); err != nil {
				return 0, err
			}
		}
		if err := marks.End(ctx, tx); err != nil {
			return 0, err
		}
	}
	for i, x := range change { // each to a value of its own, and only if nobody wrote meanwhile
		n, err := tx.Exec(ctx, `UPDATE `+c.Table+` SET `+c.Name+` = $1 WHERE `+c.Key+` = $2 AND `+c.Name+` = $3`, c.written(anew[i]), x.id, c.written(x.sealed))
		if err != nil {
			return moved, err
		}
		moved += int(n)
	}
	if c.Kept {
		_, err = tx.Exec(ctx, `DELETE FROM vault_reseals WHERE relation = $1`, c.Table)
	}
	return moved, err
}

// written is a cell as it stands in its column.
func (c Column) written(sealed []byte) any {
	if c.Text {
		return base64.StdEncoding.EncodeToString(sealed)
	}
	return sealed
}

// cells reads the next of a column after a row.
func cells(ctx context.Context, tx store.Tx, c Column, programme instance.ActorID, after instance.ID) ([]cell, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+c.Key+`, `+c.Name+`
		  FROM `+c.Table+`
		 WHERE `+c.Of+` AND `+c.Key+` > $2 AND LENGTH(`+c.Name+`) > 0
		 ORDER BY `+c.Key+`
		 LIMIT $3`, programme, after, resealedAtOnce)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []cell
	for rows.Next() {
		var x cell
		var text string
		to := any(&x.sealed)
		if c.Text {
			to = &text
		}
		if err := rows.Scan(&x.id, to); err != nil {
			return nil, err
		}
		if c.Text {
			if x.sealed, err = base64.StdEncoding.DecodeString(text); err != nil {
				x.sealed = nil // it was not sealed; no key opens it
			}
		}
		list = append(list, x)
	}
	return list, rows.Err()
}

// verify opens everything with the newest key alone.
func verify(ctx context.Context, tx store.Tx, keys Keys, columns []Column, r Resealed) (Resealed, error) {
	for _, c := range columns {
		for after := instance.ID(0); ; {
			some, err := cells(ctx, tx, c, keys.programme, after)
			if err != nil {
				return r, fmt.Errorf("open %s of %s: %w", c.Name, c.Table, err)
			}
			if len(some) == 0 {
				break
			}
			after = some[len(some)-1].id
			for _, x := range some {
				if _, err := keys.onlyNewest().Open(c.Kind, x.id, x.sealed); err == nil {
					r.Newest++
					continue
				}
				if _, err := keys.Open(c.Kind, x.id, x.sealed); err == nil {
					r.Left++
				} else {
					r.Lost++
				}
				r.First = cmp.Or(r.First, fmt.Sprintf("%s of %s %s", c.Name, c.Table, x.id))
			}
		}
	}
	return r, nil
}

// onlyNewest are keys that open nothing but what was sealed to the newest.
func (k Keys) onlyNewest() Keys {
	k.all = nil
	if k.newest != nil {
		k.all = append(k.all, k.newest)
	}
	return k
}

// older are the files of the keys of a programme before the newest that are here.
func (v *Vault) older(ctx context.Context, tx store.Tx, programme instance.ActorID) ([]string, error) {
	all, err := recipients(ctx, tx, programme)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var files []string
	for _, r := range all[1:] {
		_, err := v.identity(r)
		if errors.Is(err, instance.ErrSealed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		files = append(files, filepath.Clean(v.path(r)))
	}
	return files, nil
}
