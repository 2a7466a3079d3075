package app_test

import (
	"strconv"
	"strings"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// atHome is the host of a home, who has an account.
type atHome struct {
	*apptest.Browser
	path string
}

func (h atHome) page() *apptest.Page { return h.Open(h.path) }

// hostAt gives the host of a home an account.
func (o *office) hostAt(home string) atHome {
	o.T.Helper()
	zoe := o.Resident("zoe", o.Place("port", "neighbourhood"))
	var host int64
	err := o.DB.InTx(o.T.Context(), func(tx store.Tx) error {
		id := home[strings.LastIndexByte(home, '/')+1:]
		if err := tx.QueryRow(o.T.Context(), `SELECT host_id FROM housing_listings WHERE CAST(id AS TEXT) = $1`, id).Scan(&host); err != nil {
			return err
		}
		_, err := tx.Exec(o.T.Context(), `UPDATE housing_hosts SET person_id = $2 WHERE id = $1`, host, zoe.ID)
		return err
	})
	if err != nil {
		o.T.Fatal(err)
	}
	return atHome{o.SignedIn(zoe), "/hosting/" + strconv.FormatInt(host, 10)}
}

// says has the household of a case be shown a home and say yes.
func (o *office) says(id instance.CaseID, home string) {
	o.T.Helper()
	ctx := o.T.Context()
	err := o.Households.Learn(ctx, o.desk.worker, id, home, instance.Residents{Known: true})
	if err == nil {
		err = o.Households.Show(ctx, o.desk.worker, id, home)
	}
	if err != nil {
		o.T.Fatal(err)
	}
	list, err := o.Households.Proposals(ctx, o.desk.worker, id)
	if err != nil || len(list) != 1 {
		o.T.Fatalf("shown are %+v, %v", list, err)
	}
	if err := o.Households.Answer(ctx, o.desk.worker, id, list[0].ID, true); err != nil {
		o.T.Fatal(err)
	}
}
