{{/*
How many pods: by processor, and for who reads the READINGS log by what waits there. The autoscaler of Kubernetes asks for
`greenwatch_log_pending` at the external metrics API (prometheus-adapter); KEDA asks nats-server itself.
Takes (dict "root" "facts" "component").
*/}}
{{- define "library.autoscaler" -}}
{{- $scaling := .root.Values.autoscaling -}}
{{- if $scaling.enabled -}}
{{- if lt (int $scaling.maxReplicas) (int $scaling.minReplicas) -}}
{{- fail (printf "%s.autoscaling.maxReplicas: expected at least minReplicas (%d), is %d" .root.Chart.Name (int $scaling.minReplicas) (int $scaling.maxReplicas)) -}}
{{- end -}}
{{- $partitions := int .root.Values.global.readings.partitions -}}
{{- if and .facts.log (gt (int $scaling.maxReplicas) $partitions) -}}
{{- fail (printf "%s.autoscaling.maxReplicas: expected at most global.readings.partitions (%d), which instances share; is %d" .root.Chart.Name $partitions (int $scaling.maxReplicas)) -}}
{{- end -}}
{{- if and $scaling.keda (.root.Capabilities.APIVersions.Has "keda.sh/v1alpha1") -}}
{{ include "library.scaledObject" . }}
{{- else -}}
{{ include "library.horizontalPodAutoscaler" . }}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "library.scalingBehavior" -}}
scaleUp:
  stabilizationWindowSeconds: 0
  selectPolicy: Max
  policies:
    - {type: Pods, value: 2, periodSeconds: 30}
    - {type: Percent, value: 100, periodSeconds: 30}
scaleDown:
  stabilizationWindowSeconds: {{ .scaleDownAfterSeconds }}
  policies:
    - {type: Pods, value: 1, periodSeconds: 30}
{{- end }}

{{- define "library.horizontalPodAutoscaler" -}}
{{- $scaling := .root.Values.autoscaling -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "library.fullname" .root }}
  labels: {{- include "library.labels" .root | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ include "library.fullname" .root }}}
  minReplicas: {{ $scaling.minReplicas }}
  maxReplicas: {{ $scaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ $scaling.cpuPercent }}}
    {{- if and .facts.log $scaling.backlog.enabled }}
    - type: External
      external:
        metric:
          name: greenwatch_log_pending
          selector:
            matchLabels: {group: {{ .facts.log }}}
        target: {type: AverageValue, averageValue: {{ $scaling.backlog.messages | toString | quote }}}
    {{- end }}
  behavior: {{- include "library.scalingBehavior" $scaling | nindent 4 }}
{{- end }}

{{- define "library.scaledObject" -}}
{{- $scaling := .root.Values.autoscaling -}}
{{- $group := .facts.log -}}
{{- $partitions := int .root.Values.global.readings.partitions -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ include "library.fullname" .root }}
  labels: {{- include "library.labels" .root | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ include "library.fullname" .root }}}
  minReplicaCount: {{ $scaling.minReplicas }}
  maxReplicaCount: {{ $scaling.maxReplicas }}
  pollingInterval: 15
  advanced:
    horizontalPodAutoscalerConfig:
      behavior: {{- include "library.scalingBehavior" $scaling | nindent 8 }}
    {{- if $group }}
    {{- $names := list }}
    {{- range $partition := until $partitions }}{{ $names = append $names (printf "p%d" $partition) }}{{ end }}
    # A consumer a partition: what counts is what waits in all of them.
    scalingModifiers:
      formula: {{ join " + " $names }}
      target: {{ $scaling.backlog.messages | toString | quote }}
      metricType: AverageValue
    {{- end }}
  triggers:
    - type: cpu
      metricType: Utilization
      metadata: {value: {{ $scaling.cpuPercent | toString | quote }}}
    {{- if $group }}
    {{- range $partition := until $partitions }}
    - type: nats-jetstream
      name: p{{ $partition }}
      metadata:
        natsServerMonitoringEndpoint: {{ $.root.Values.global.servers.nats.monitor | default (printf "%s-nats.%s.svc:8222" $.root.Release.Name $.root.Release.Namespace) }}
        account: GREENWATCH
        stream: READINGS
        consumer: {{ $group }}-{{ $partition }}
        lagThreshold: {{ $scaling.backlog.messages | toString | quote }}
    {{- end }}
    {{- end }}
{{- end }}
