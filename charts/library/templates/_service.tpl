{{/* Everything of one service: its chart's only template calls this with its root context. */}}
{{- define "library.service" -}}
{{- $facts := include "library.facts" . | fromYaml -}}
{{- $scope := dict "root" . "facts" $facts "component" "service" -}}
{{ include "library.serviceAccount" . }}
---
{{ include "library.deployment" $scope }}
---
{{ include "library.clusterService" $scope }}
---
{{ include "library.disruptionBudget" $scope }}
---
{{ include "library.networkPolicy" $scope }}
{{- with include "library.autoscaler" $scope | trim }}
---
{{ . }}
{{- end }}
{{- with include "library.podMonitor" $scope | trim }}
---
{{ . }}
{{- end }}
{{- if .Values.migrations.enabled }}
---
{{ include "library.migration" (dict "root" . "facts" $facts "component" "migration") }}
{{- end }}
{{- end }}

{{/* It may ask the API server nothing: none of ours does. */}}
{{- define "library.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "library.fullname" . }}
  labels: {{- include "library.labels" . | nindent 4 }}
automountServiceAccountToken: false
{{- end }}

{{- define "library.deployment" -}}
{{- $root := .root -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "library.fullname" $root }}
  labels: {{- include "library.labels" $root | nindent 4 }}
spec:
  {{- if not $root.Values.autoscaling.enabled }}
  replicas: {{ $root.Values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  progressDeadlineSeconds: {{ add $root.Values.probes.startWithinSeconds 300 }}
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels: {{- include "library.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "library.podLabels" . | nindent 8 }}
      annotations:
        {{- include "library.podAnnotations" . | nindent 8 }}
    spec:
      serviceAccountName: {{ include "library.fullname" $root }}
      {{- include "library.pod" . | nindent 6 }}
      {{- include "library.spread" (dict "root" $root "component" .component "revisions" true) | nindent 6 }}
{{- end }}

{{/*
Settings are in the pod's own text. Secrets are not: global.secrets.revision says that they are other ones, and pods start anew.
Without the operator of Prometheus its usual annotations say where to scrape.
*/}}
{{- define "library.podAnnotations" -}}
checksum/secrets: {{ .root.Values.global.secrets.revision | toString | sha256sum }}
{{- if and .root.Values.global.monitoring.enabled (not (.root.Capabilities.APIVersions.Has "monitoring.coreos.com/v1")) }}
prometheus.io/scrape: "true"
prometheus.io/port: "8080"
prometheus.io/path: /metrics
{{- end }}
{{- end }}

{{- define "library.clusterService" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "library.fullname" .root }}
  labels: {{- include "library.labels" .root | nindent 4 }}
spec:
  type: ClusterIP
  selector: {{- include "library.selector" . | nindent 4 }}
  ports:
    - {name: health, port: 8080, targetPort: health, protocol: TCP}
    {{- range $name, $port := .facts.ports }}
    - {name: {{ $name }}, port: {{ $port }}, targetPort: {{ $name }}, protocol: TCP}
    {{- end }}
{{- end }}

{{/* As a bound on what may be away, not on what must be there: of one replica it must never keep a node from being drained. */}}
{{- define "library.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "library.fullname" .root }}
  labels: {{- include "library.labels" .root | nindent 4 }}
spec:
  maxUnavailable: {{ .root.Values.disruption.maxUnavailable }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{- include "library.selector" . | nindent 6 }}
{{- end }}

{{/* A PodMonitor where the operator of Prometheus is; the name of the service becomes the label `service`. */}}
{{- define "library.podMonitor" -}}
{{- if and .root.Values.global.monitoring.enabled (.root.Capabilities.APIVersions.Has "monitoring.coreos.com/v1") -}}
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  name: {{ include "library.fullname" .root }}
  labels:
    {{- include "library.labels" .root | nindent 4 }}
    {{- with .root.Values.global.monitoring.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels: {{- include "library.selector" . | nindent 6 }}
  podMetricsEndpoints:
    - port: health
      path: /metrics
      interval: {{ .root.Values.global.monitoring.interval }}
      relabelings:
        - {sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_name], targetLabel: service}
{{- end }}
{{- end }}

{{/*
Collections, indexes, streams and data of the release that is coming, before its pods do. Safe to repeat, one at a time by a lease.
With servers of the release's own there is nothing to connect to before the first install: there services do it at their start.
*/}}
{{- define "library.migration" -}}
{{- $servers := .root.Values.global.servers -}}
{{- $built := or $servers.mongodb.builtIn $servers.nats.builtIn -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "library.fullname" .root }}-migrate
  labels: {{- include "library.labels" .root | nindent 4 }}
  annotations:
    helm.sh/hook: {{ ternary "pre-upgrade" "pre-install,pre-upgrade" $built }}
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 3
  activeDeadlineSeconds: {{ .root.Values.migrations.withinSeconds }}
  template:
    metadata:
      labels: {{- include "library.podLabels" . | nindent 8 }}
    spec:
      restartPolicy: Never
      {{- include "library.pod" . | nindent 6 }}
{{- end }}
