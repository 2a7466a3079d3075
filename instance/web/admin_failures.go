package web

import (
	"net/http"
	"strconv"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

const failuresPath = "/admin/failures"

// getFailures lists what could not be done however often it was tried.
func (s *Server) getFailures(w http.ResponseWriter, r *http.Request) error {
	ctx, before, beforeItem := r.Context(), idIn(r, "job"), idIn(r, "item")
	failed, err := s.Jobs.Failed(ctx, jobs.Page{Before: int64(before), Limit: perPage})
	if err != nil {
		return err
	}
	stuck, err := s.Network.Stuck(ctx, beforeItem, perPage)
	if err != nil {
		return err
	}
	var p pages.AdminFailures
	for _, j := range failed {
		p.Jobs = append(p.Jobs, jobView(j))
	}
	for _, x := range stuck {
		p.Items = append(p.Items, view.StuckItem{ID: x.ID.String(), Kind: x.Kind, Activity: x.Activity, Actor: x.Actor, At: x.At, Error: x.Error})
	}
	if before != 0 {
		p.JobsPager.Newer = failuresPath
	}
	if len(failed) == perPage {
		p.JobsPager.Older = failuresPath + "?job=" + p.Jobs[perPage-1].ID
	}
	if beforeItem != 0 {
		p.ItemsPager.Newer = failuresPath
	}
	if len(stuck) == perPage {
		p.ItemsPager.Older = failuresPath + "?item=" + p.Items[perPage-1].ID
	}
	if p.Frame, err = s.frame(w, r, "overview"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func jobView(j jobs.Job) view.FailedJob {
	shown := view.FailedJob{ID: strconv.FormatInt(j.ID, 10), Kind: j.Kind, Args: string(j.Args), Tries: j.Attempt, At: j.EndedAt}
	if n := len(j.Failures); n > 0 {
		shown.Error = j.Failures[n-1].Error
	}
	return shown
}

// retryJob has failed work done again.
func (s *Server) retryJob(w http.ResponseWriter, r *http.Request) error {
	id, err := actorID(r)
	if err != nil {
		return err
	}
	if err := s.Jobs.Retry(r.Context(), int64(id)); err != nil {
		return err
	}
	return s.done(w, r, "retrying", failuresPath)
}

// retryItem has what another server sent worked again.
func (s *Server) retryItem(w http.ResponseWriter, r *http.Request) error {
	id, err := actorID(r)
	if err != nil {
		return err
	}
	if err := s.Network.Unstick(r.Context(), instance.ID(id)); err != nil {
		return err
	}
	return s.done(w, r, "retrying", failuresPath)
}
