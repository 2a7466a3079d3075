package remote

import (
	"context"
	"fmt"
	"strings"
	"time"

	"palier/instance/store"
)

// Tend lets go what nobody looks at any more, what no longer stands anywhere,
// and what is beyond the budget.
func (c *Cache) Tend(ctx context.Context) error {
	_, err := c.drop(ctx, `
		DELETE FROM remote_pictures
		 WHERE used_at < $1 AND NOT barred
		RETURNING file, thumb`, store.Millis(c.Now().Add(-c.Expiry)))
	if err != nil {
		return fmt.Errorf("let old pictures go: %w", err)
	}
	// A post that was deleted takes its pictures with it, and so does somebody
	// who was shut out (security.md F09).
	_, err = c.drop(ctx, `
		DELETE FROM remote_pictures
		 WHERE NOT barred
		   AND NOT EXISTS (SELECT 1 FROM media m JOIN posts p ON p.id = m.post_id JOIN actors a ON a.id = p.author_id
		                    WHERE m.remote_url = remote_pictures.url AND m.remote_url <> ''
		                      AND p.deleted_at IS NULL AND p.removed_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL)
		   AND NOT EXISTS (SELECT 1 FROM actors a WHERE a.icon = remote_pictures.url AND a.host <> '' AND a.icon <> ''
		                      AND a.suspended_at IS NULL AND a.deleted_at IS NULL)
		   AND NOT EXISTS (SELECT 1 FROM actors a WHERE a.image = remote_pictures.url AND a.host <> '' AND a.image <> ''
		                      AND a.suspended_at IS NULL AND a.deleted_at IS NULL)
		   AND NOT EXISTS (SELECT 1 FROM cards c WHERE c.image = remote_pictures.url AND c.image <> '')
		RETURNING file, thumb`)
	if err != nil {
		return fmt.Errorf("let pictures of nothing go: %w", err)
	}
	return c.trim(ctx)
}

// trim lets the pictures go that nobody looked at for longest, until what is
// left is within the budget.
func (c *Cache) trim(ctx context.Context) error {
	for {
		list, err := c.tooMuch(ctx)
		if err != nil {
			return fmt.Errorf("keep pictures within the budget: %w", err)
		}
		if len(list) == 0 {
			return nil
		}
		_, err = c.drop(ctx, `
			DELETE FROM remote_pictures
			 WHERE url IN (`+store.Placeholders(1, len(list))+`)
			RETURNING file, thumb`, list...)
		if err != nil {
			return fmt.Errorf("keep pictures within the budget: %w", err)
		}
	}
}

// tooMuch returns the addresses of pictures that have to go first, a hundred at
// most.
func (c *Cache) tooMuch(ctx context.Context) ([]any, error) {
	var sum int64
	err := c.DB.Read().QueryRow(ctx, `SELECT COALESCE(SUM(bytes), 0) FROM remote_pictures WHERE used_at >= 0`).Scan(&sum)
	if err != nil || sum <= c.Budget {
		return nil, err
	}
	rows, err := c.DB.Read().Query(ctx, `SELECT url, bytes FROM remote_pictures WHERE bytes > 0 ORDER BY used_at, url LIMIT 100`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []any
	for rows.Next() && sum > c.Budget {
		var address string
		var bytes int64
		if err := rows.Scan(&address, &bytes); err != nil {
			return nil, err
		}
		list = append(list, address)
		sum -= bytes
	}
	return list, rows.Err()
}

// Purge throws out what was fetched since a time and comes from a domain, or is
// shown by somebody there, and returns how much that was. An empty domain is
// all of them. With bar it is never fetched again (security.md I06).
func (c *Cache) Purge(ctx context.Context, domain string, since time.Time, bar bool) (int, error) {
	where, args := "fetched_at >= $1 AND NOT barred", []any{store.Millis(since)}
	if domain != "" {
		where += from
		args = append(args, within(domain)...)
	}
	n, err := c.purge(ctx, where, args, bar)
	if err != nil {
		return n, fmt.Errorf("purge pictures of %s: %w", domain, err)
	}
	return n, nil
}

func (c *Cache) purge(ctx context.Context, where string, args []any, bar bool) (int, error) {
	if !bar {
		return c.drop(ctx, `DELETE FROM remote_pictures WHERE `+where+` RETURNING file, thumb`, args...)
	}
	var files []string
	n := 0
	err := c.DB.InTx(ctx, func(tx store.Tx) error {
		var err error
		if files, n, err = names(tx.Query(ctx, `SELECT file, thumb FROM remote_pictures WHERE `+where, args...)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE remote_pictures
			   SET barred = TRUE, file = '', thumb = '', bytes = 0, blurhash = ''
			 WHERE `+where, args...)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, c.Pictures.Delete(ctx, files...)
}

// from are the pictures of a domain: those that lie there, and those that
// somebody there shows. Its arguments from $2 on are those of [within].
var from = ` AND (` + there("host") + `
	OR url IN (SELECT m.remote_url FROM media m JOIN actors a ON a.id = m.owner_id WHERE m.remote_url <> '' AND ` + there("a.host") + `)
	OR url IN (SELECT a.icon FROM actors a WHERE a.icon <> '' AND ` + there("a.host") + `)
	OR url IN (SELECT a.image FROM actors a WHERE a.image <> '' AND ` + there("a.host") + `)
	OR url IN (SELECT c.image FROM cards c WHERE c.image <> '' AND ` + there("c.host") + `))`

func there(column string) string {
	return `(` + column + ` = $2 OR ` + column + ` LIKE $3 ESCAPE '\' OR ` + column + ` LIKE $4 ESCAPE '\' OR ` + column + ` LIKE $5 ESCAPE '\')`
}

// within returns the arguments for hosts of a domain and of everything below
// it, with or without a port.
func within(domain string) []any {
	esc := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(domain)
	return []any{domain, esc + ":%", "%." + esc, "%." + esc + ":%"}
}

// drop deletes rows and then their files: a file without a row is waste, a row
// without a file a fault.
func (c *Cache) drop(ctx context.Context, deletion string, args ...any) (int, error) {
	var files []string
	n := 0
	err := c.DB.InTx(ctx, func(tx store.Tx) error {
		var err error
		files, n, err = names(tx.Query(ctx, deletion, args...))
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, c.Pictures.Delete(ctx, files...)
}

func names(rows store.Rows, err error) (files []string, n int, _ error) {
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var file, thumb string
		if err := rows.Scan(&file, &thumb); err != nil {
			return nil, 0, err
		}
		files = append(files, file, thumb)
		n++
	}
	return files, n, rows.Err()
}
