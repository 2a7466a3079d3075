package housing

// An entire home is one household's while somebody has a bed in it (decision 0127): to
// everybody else it is as if one bed stood there, as large as all of them.
const (
	bedAsTold  = `CASE WHEN l.category = 'entire-place' THEN 0 ELSE n.bed END`
	bedsAsTold = `CASE WHEN l.category = 'entire-place' THEN l.places ELSE 1 END`
)

// takenInOne is SQL for how many beds of a home l are somebody's in one night at least of
// those from a first one until a last one: all the others are free in the whole stay.
func takenInOne(from, until string) string {
	return `((SELECT COUNT(DISTINCT ` + bedAsTold + `) FROM housing_nights n WHERE n.listing_id = l.id AND n.night >= ` + from + ` AND n.night < ` + until + `) * ` + bedsAsTold + `)`
}

// takenInAll is SQL for how many beds of a home l are somebody's in each of those nights:
// all the others are free in some of them.
func takenInAll(from, until string) string {
	return `((SELECT COUNT(*)
		   FROM (SELECT 1 AS one
		           FROM housing_nights n
		          WHERE n.listing_id = l.id AND n.night >= ` + from + ` AND n.night < ` + until + `
		          GROUP BY ` + bedAsTold + `
		         HAVING COUNT(DISTINCT n.night) >= ` + until + ` - ` + from + `) through) * ` + bedsAsTold + `)`
}
