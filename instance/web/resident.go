package web

import "github.com/go-chi/chi/v5"

// residentRoutes are the pages of readers and neighbours.
func (s *Server) residentRoutes(_ chi.Router) {}
