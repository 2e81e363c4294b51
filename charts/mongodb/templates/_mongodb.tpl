{{- define "mongodb.all" -}}
{{- $scope := dict "root" . "component" "server" -}}
{{ include "library.serviceAccount" . }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ include "library.fullname" . }}
  labels: {{- include "library.labels" . | nindent 4 }}
spec:
  # The set knows its member by the pod's own name, which stands before the pod is ready: it is initiated there.
  clusterIP: None
  publishNotReadyAddresses: true
  selector: {{- include "library.selector" $scope | nindent 4 }}
  ports:
    - {name: mongodb, port: 27017, targetPort: mongodb, protocol: TCP}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ include "library.fullname" . }}
  labels: {{- include "library.labels" . | nindent 4 }}
spec:
  replicas: 1
  serviceName: {{ include "library.fullname" . }}
  selector:
    matchLabels: {{- include "library.selector" $scope | nindent 6 }}
  template:
    metadata:
      labels: {{- include "library.serverLabels" $scope | nindent 8 }}
    spec:
      serviceAccountName: {{ include "library.fullname" . }}
      {{- include "library.podSecurity" . | nindent 6 }}
      {{- with include "library.scheduling" . }}
      {{- . | nindent 6 }}
      {{- end }}
      terminationGracePeriodSeconds: 60
      containers:
        - name: mongod
          image: {{ include "library.serverImage" . }}
          imagePullPolicy: {{ .Values.global.image.pullPolicy }}
          command: [mongod]
          args:
            - --dbpath=/data
            - --port=27017
            - --bind_ip_all
            - --replSet=rs0
            - --wiredTigerCacheSizeGB={{ .Values.cacheGiB }}
            - --nounixsocket
            - --quiet
            # The open transaction of a service that was killed locks what it wrote until then. Ours are short.
            - --setParameter=transactionLifetimeLimitSeconds=10
            - --setParameter=diagnosticDataCollectionEnabled=false
          {{- include "library.containerSecurity" . | nindent 10 }}
          ports:
            - {name: mongodb, containerPort: 27017}
          startupProbe:
            tcpSocket: {port: mongodb}
            periodSeconds: 2
            failureThreshold: 150
          readinessProbe:
            tcpSocket: {port: mongodb}
            periodSeconds: 5
          livenessProbe:
            tcpSocket: {port: mongodb}
            periodSeconds: 20
            timeoutSeconds: 5
            failureThreshold: 6
          resources: {{- toYaml .Values.resources | nindent 12 }}
          volumeMounts:
            - {name: data, mountPath: /data}
            - {name: tmp, mountPath: /tmp}
      volumes:
        - name: tmp
          emptyDir: {sizeLimit: 256Mi}
        {{- if not .Values.persistence.enabled }}
        - name: data
          emptyDir: {sizeLimit: {{ .Values.persistence.size }}}
        {{- end }}
  {{- if .Values.persistence.enabled }}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {{- include "library.claimSpec" (dict "root" . "claim" .Values.persistence) | nindent 8 }}
  {{- end }}
---
{{ include "library.disruptionBudget" $scope }}
---
{{ include "library.serverPolicy" (dict "root" . "component" "server" "ports" (list (dict "port" 27017 "callers" .Values.network.callers))) }}
---
{{ include "mongodb.initiate" . }}
{{- end }}

{{/* Initiates the set once it answers; repeated, it finds all well. Its name follows its content: a Job cannot be changed. */}}
{{- define "mongodb.initiate" -}}
{{- $name := printf "%s-initiate" (include "library.fullname" .) -}}
{{- $member := printf "%s-0.%s.%s.svc:27017" (include "library.fullname" .) (include "library.fullname" .) .Release.Namespace -}}
{{- $image := include "library.image" (dict "Values" (dict "image" .Values.initiate.image "global" .Values.global) "Chart" .Chart) -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $name }}-{{ printf "%s %s" $image (toJson .Values) | sha256sum | trunc 8 }}
  labels: {{- include "library.labels" . | nindent 4 }}
spec:
  backoffLimit: 10
  template:
    metadata:
      labels: {{- include "library.podLabels" (dict "root" . "component" "initiate") | nindent 8 }}
    spec:
      restartPolicy: OnFailure
      {{- include "library.podSecurity" . | nindent 6 }}
      {{- with include "library.scheduling" . }}
      {{- . | nindent 6 }}
      {{- end }}
      containers:
        - name: initiate
          image: {{ $image }}
          imagePullPolicy: {{ .Values.global.image.pullPolicy }}
          command: [node, main.js, init-mongodb, --set, rs0, --member, {{ $member | quote }}]
          {{- include "library.containerSecurity" . | nindent 10 }}
          resources:
            requests: {cpu: 10m, memory: 64Mi}
            limits: {memory: 192Mi}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
      volumes:
        - name: tmp
          emptyDir: {sizeLimit: 16Mi}
---
{{ include "library.serverPolicy" (dict "root" . "name" $name "component" "initiate" "egress" (include "mongodb.initiateEgress" .)) }}
{{- end }}

{{- define "mongodb.initiateEgress" -}}
{{ include "library.egressDns" . }}
- ports:
    - {protocol: TCP, port: 27017}
  to: {{- include "library.peer" (dict "root" . "name" .Chart.Name) | nindent 4 }}
{{- end }}
