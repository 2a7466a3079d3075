package organisations

import (
	"context"
	"fmt"
	"slices"

	"palier/instance"
	"palier/instance/store"
)

// hearOf makes the asks that an organisation hears of those of some categories;
// what is no category of a service is left out.
func hearOf(ctx context.Context, tx store.Tx, id instance.ActorID, categories []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM organisation_asks WHERE organisation_id = $1`, id); err != nil {
		return err
	}
	values, args := "", []any{id}
	for _, c := range instance.ServiceCategories {
		if !slices.Contains(categories, c) {
			continue
		}
		if values != "" {
			values += ", "
		}
		args = append(args, c)
		values += `($1, ` + store.Placeholders(len(args), 1) + `)`
	}
	if values == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO organisation_asks (organisation_id, category) VALUES `+values, args...)
	return err
}

// HearsOf returns the categories of asks that an organisation agreed to hear of
// when no neighbour answers.
func (s *Service) HearsOf(ctx context.Context, id instance.ActorID) ([]string, error) {
	rows, err := s.db.Read().Query(ctx, `SELECT category FROM organisation_asks WHERE organisation_id = $1 ORDER BY category`, id)
	if err != nil {
		return nil, fmt.Errorf("asks that %s hears of: %w", id, err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			return nil, fmt.Errorf("asks that %s hears of: %w", id, err)
		}
		list = append(list, c)
	}
	return list, rows.Err()
}
