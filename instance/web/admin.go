package web

import "github.com/go-chi/chi/v5"

// adminRoutes are the pages of those who run the server or look after a place.
func (s *Server) adminRoutes(_ chi.Router) {}
