// The metric families that a stock agent declares from its start, so that dashboards find them before anything happened
// (recorded; spec/agent.md section 6). Names are Prometheus', without the prefix.

export type FamilyType = 'counter' | 'gauge' | 'summary';

/** A family as it is shown. */
export interface Family {
  readonly type: FamilyType;
  readonly help: string;
  readonly lines: string[];
}

function names(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

const COUNTERS = names(`
  acl_blocked_check_deregistration acl_blocked_check_registration acl_blocked_node_registration
  acl_blocked_service_deregistration acl_blocked_service_registration acl_token_cache_hit acl_token_cache_miss
  cache_bypass cache_evict_expired cache_fetch_error cache_fetch_success catalog_connect_not_found
  catalog_connect_query catalog_connect_query_tag catalog_connect_query_tags catalog_service_not_found
  catalog_service_query catalog_service_query_tag catalog_service_query_tags client_api_catalog_datacenters
  client_api_catalog_deregister client_api_catalog_gateway_services client_api_catalog_node_service_list
  client_api_catalog_node_services client_api_catalog_register client_api_error_catalog_service_nodes
  client_api_success_catalog_datacenters client_api_success_catalog_deregister
  client_api_success_catalog_gateway_services client_api_success_catalog_node_service_list
  client_api_success_catalog_node_services client_api_success_catalog_register client_rpc
  client_rpc_error_catalog_datacenters client_rpc_error_catalog_deregister
  client_rpc_error_catalog_gateway_services client_rpc_error_catalog_node_service_list
  client_rpc_error_catalog_node_services client_rpc_error_catalog_nodes client_rpc_error_catalog_register
  client_rpc_error_catalog_service_nodes client_rpc_error_catalog_services client_rpc_exceeded client_rpc_failed
  consul_cache_bypass consul_cache_evict_expired consul_cache_fetch_error consul_cache_fetch_success
  grpc_client_request_count grpc_server_connection_count grpc_server_request_count grpc_server_stream_count
  raft_apply raft_state_candidate raft_state_leader rpc_accept_conn rpc_cross_dc rpc_query rpc_raft_handoff
  rpc_rate_limit_exceeded rpc_rate_limit_log_dropped rpc_request rpc_request_error xds_server_streamDrained
`);
const SERVER_COUNTERS = names(`
  cache_connect_ca_root_hit cache_connect_ca_root_miss_block cache_connect_ca_root_miss_new
  consul_cache_connect_ca_root_hit consul_cache_connect_ca_root_miss_block consul_cache_connect_ca_root_miss_new
  raft_barrier raft_state_follower raft_transition_heartbeat_timeout raft_verify_leader raft_wal_head_truncations
  raft_wal_log_appends raft_wal_log_entries_read raft_wal_log_entries_written raft_wal_log_entry_bytes_read
  raft_wal_log_entry_bytes_written raft_wal_segment_rotations raft_wal_stable_gets raft_wal_stable_sets
  raft_wal_tail_truncations
`);
const GAUGES = names(`
  agent_tls_cert_expiry cache_entries_count consul_cache_entries_count grpc_server_connections
  grpc_server_streams leader_replication_acl_policies_index leader_replication_acl_policies_status
  leader_replication_acl_roles_index leader_replication_acl_roles_status leader_replication_acl_tokens_index
  leader_replication_acl_tokens_status leader_replication_config_entries_index
  leader_replication_config_entries_status leader_replication_federation_state_index
  leader_replication_federation_state_status leader_replication_namespaces_index
  leader_replication_namespaces_status members_clients members_servers raft_applied_index
  raft_fsm_lastRestoreDuration raft_last_index raft_leader_oldestLogAge rpc_queries_blocking runtime_alloc_bytes
  runtime_free_count runtime_heap_objects runtime_malloc_count runtime_num_goroutines runtime_sys_bytes
  runtime_total_gc_pause_ns runtime_total_gc_runs server_isLeader session_ttl_active
  state_billable_service_instances state_config_entries state_connect_instances state_kv_entries state_nodes
  state_peerings state_service_instances state_services version xds_server_streams
  xds_server_streamsUnauthenticated
`);
const SERVER_GAUGES = names(`
  autopilot_failure_tolerance autopilot_healthy consul_peering_exported_services consul_peering_healthy
  leaf_certs_entries_count mesh_active_root_ca_expiry mesh_active_signing_ca_expiry peering_exported_services
  peering_healthy raft_commitNumLogs raft_leader_dispatchNumLogs raft_peers raft_wal_last_segment_age_seconds
  xds_server_idealStreamsMax
`);
const SUMMARIES = names(`
  acl_ResolveToken acl_authmethod_delete acl_authmethod_upsert acl_bindingrule_delete acl_bindingrule_upsert
  acl_login acl_logout acl_policy_delete acl_policy_upsert acl_role_delete acl_role_upsert acl_token_clone
  acl_token_delete acl_token_upsert catalog_deregister catalog_register consul_fsm_ca consul_fsm_intention
  consul_intention_apply federation_state_apply federation_state_get federation_state_list
  federation_state_list_mesh_gateways fsm_acl fsm_acl_authmethod fsm_acl_bindingrule fsm_acl_policy fsm_acl_token
  fsm_autopilot fsm_ca fsm_ca_leaf fsm_coordinate_batch_update fsm_deregister fsm_intention fsm_kvs fsm_peering
  fsm_persist fsm_prepared_query fsm_register fsm_session fsm_system_metadata fsm_tombstone fsm_txn
  intention_apply kvs_apply leader_barrier leader_reapTombstones leader_reconcile leader_reconcileMember
  prepared_query_apply prepared_query_execute prepared_query_execute_remote prepared_query_explain raft_commitTime
  raft_leader_lastContact raft_rpc_installSnapshot raft_snapshot_persist rpc_consistentRead runtime_gc_pause_ns
  session_apply session_renew session_ttl_invalidate txn_apply txn_read xds_server_streamStart
`);
const SERVER_SUMMARIES = names(`
  raft_fsm_apply raft_fsm_enqueue raft_leader_dispatchLog raft_thread_fsm_saturation raft_thread_main_saturation
`);

/** Texts that a stock agent has for its families; most have none. */
export const HELP: ReadonlyMap<string, string> = new Map([
  ['acl_ResolveToken', 'This measures the time it takes to resolve an ACL token.'],
]);

/** Name → type of what is declared on a server, or on a client agent. */
export function declaredFamilies(server: boolean): ReadonlyMap<string, FamilyType> {
  const families = new Map<string, FamilyType>();
  const declare = (list: readonly string[], type: FamilyType): void => {
    for (const name of list) families.set(name, type);
  };
  declare(COUNTERS, 'counter');
  declare(GAUGES, 'gauge');
  declare(SUMMARIES, 'summary');
  if (server) {
    declare(SERVER_COUNTERS, 'counter');
    declare(SERVER_GAUGES, 'gauge');
    declare(SERVER_SUMMARIES, 'summary');
  }
  return families;
}
