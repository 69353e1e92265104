"""What the journeys send: operations as a client would write them."""

LAUNCH = """mutation ($input: LaunchTrainingInput!) { launchTraining(input: $input) {
  __typename ... on LaunchTrainingSuccess { replayed run { id state } }
  ... on Error { message code path retryable } } }"""
RUN = """query ($id: ID!) { run(id: $id) { id ... on TrainingRun {
  state progress { fraction message } failure { message } metrics { key } produced { id version } } } }"""
VERSIONS = """{ registeredModel(name: "win-probability") { versions(first: 100) { edges { node {
  id version digest source { id } } } } alias(name: "champion") { version } } }"""
CROWN = """mutation ($input: SetModelAliasInput!) { setModelAlias(input: $input) {
  __typename ... on SetModelAliasSuccess { change { alias to { version } reason } }
  ... on Error { message code } } }"""
PREDICT = """mutation ($input: PredictInput!) { predict(input: $input) {
  __typename
  ... on PredictSuccess { predictions { id at latencyMs output { label probability }
    features { feature value asOf } deployment { revision modelVersion { id version } } } }
  ... on Error { message code path } } }"""
REPLAY = """mutation ($input: ReplayGameInput!) { replayGame(input: $input) {
  __typename ... on ReplayGameSuccess { game { id home { score } away { score } } }
  ... on Error { message } } }"""
LINEAGE = """query ($node: ID!, $direction: LineageDirection!) {
  lineage(node: $node, direction: $direction, depth: 10) {
    nodes(first: 100) { edges { depth node { id name nodeType } } }
    edges { transformation run { id } } truncated } }"""
WATCH_TRAINING = """subscription ($run: ID!, $after: EventCursor) { trainingRun(run: $run, after: $after) {
  __typename ... on StreamEvent { cursor } ... on MetricSampled { key step value }
  ... on RunStateChanged { to } ... on StreamEnding { reason } } }"""
WATCH_SERVING = """subscription { servingMetrics(endpoint: "win-probability") {
  __typename ... on StreamEvent { cursor } ... on ServingSampled { window { requests errors p50Ms } } } }"""
WATCH_GAME = """subscription ($id: ID!, $after: EventCursor) { game(id: $id, after: $after) {
  __typename ... on StreamEvent { cursor } ... on PlayRecorded { play { homeScore awayScore } }
  ... on GameStatusChanged { status } ... on StreamEnding { reason } } }"""
