package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// sealedBegins is how every text begins that [Keys.SealText] wrote: the head of an
// age file in base64.
const sealedBegins = "YWdlLWVuY3J5cHRpb24ub3JnL3Yx"

// SealText is [Keys.Seal] of a sentence, for a column of text. Nothing stays
// nothing: that somebody wrote no word is no secret.
func (k Keys) SealText(kind string, id instance.ID, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	sealed, err := k.Seal(kind, id, []byte(text))
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(sealed), nil
}

// OpenText is [Keys.Open] of what [Keys.SealText] sealed.
func (k Keys) OpenText(kind string, id instance.ID, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", fmt.Errorf("open %s %s: it was not sealed", kind, id)
	}
	plain, err := k.Open(kind, id, b)
	return string(plain), err
}

// SealTexts seals what stands in the clear in a column of text of a table that has
// an id and a programme_id, as it did once. What is sealed stays as it is, and so
// does what belongs to a programme whose key is not here, or to none.
func (v *Vault) SealTexts(ctx context.Context, tx store.Tx, kind, table, column string) error {
	list, err := clearTexts(ctx, tx, table, column)
	if err != nil {
		return fmt.Errorf("seal %s: %w", table, err)
	}
	for _, c := range list { // once, and few
		keys, err := v.Keys(ctx, tx, c.programme)
		var sealed string
		if err == nil {
			sealed, err = keys.SealText(kind, c.id, c.text)
		}
		if errors.Is(err, instance.ErrSealed) {
			continue
		}
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE `+table+` SET `+column+` = $2 WHERE id = $1`, c.id, sealed)
		}
		if err != nil {
			return fmt.Errorf("seal %s: %w", table, err)
		}
	}
	return nil
}

type clearText struct {
	id        instance.ID
	programme instance.ActorID
	text      string
}

func clearTexts(ctx context.Context, tx store.Tx, table, column string) ([]clearText, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, programme_id, `+column+`
		  FROM `+table+`
		 WHERE programme_id <> 0 AND `+column+` <> '' AND `+column+` NOT LIKE '`+sealedBegins+`%'
		 ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []clearText
	for rows.Next() {
		var c clearText
		if err := rows.Scan(&c.id, &c.programme, &c.text); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}
