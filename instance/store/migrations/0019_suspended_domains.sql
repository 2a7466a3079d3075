-- +goose Up
-- Those on a server that was suspended are suspended as of that moment.
UPDATE actors
   SET suspended_at = (
       SELECT MIN(r.created_at) FROM domain_rules r
        WHERE r.severity = 'suspend'
          AND (actors.host = r.domain OR actors.host LIKE r.domain || ':%'
               OR actors.host LIKE '%.' || r.domain OR actors.host LIKE '%.' || r.domain || ':%'))
 WHERE suspended_at IS NULL AND host <> '';
