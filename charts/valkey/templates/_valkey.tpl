{{- define "valkey.all" -}}
{{- $scope := dict "root" . "component" "server" -}}
{{- $name := include "library.fullname" . -}}
{{ include "library.serviceAccount" . }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels: {{- include "library.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  selector: {{- include "library.selector" $scope | nindent 4 }}
  ports:
    - {name: valkey, port: 6379, targetPort: valkey, protocol: TCP}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels: {{- include "library.labels" . | nindent 4 }}
spec:
  replicas: 1
  # Two at a time would each hold a part of what is cached.
  strategy: {type: Recreate}
  selector:
    matchLabels: {{- include "library.selector" $scope | nindent 6 }}
  template:
    metadata:
      labels: {{- include "library.serverLabels" $scope | nindent 8 }}
      annotations:
        checksum/secrets: {{ .Values.global.secrets.revision | toString | sha256sum }}
    spec:
      serviceAccountName: {{ $name }}
      {{- include "library.podSecurity" . | nindent 6 }}
      {{- with include "library.scheduling" . }}
      {{- . | nindent 6 }}
      {{- end }}
      terminationGracePeriodSeconds: 10
      containers:
        - name: valkey
          image: {{ include "library.serverImage" . }}
          imagePullPolicy: {{ .Values.global.image.pullPolicy }}
          command: [valkey-server]
          args:
            - --port
            - "6379"
            - --bind
            - "*"
            - --dir
            - /tmp
            # It holds only what may be lost: nothing is written down.
            - --save
            - ""
            - --appendonly
            - "no"
            - --maxmemory
            - {{ .Values.maxMemory | quote }}
            - --maxmemory-policy
            - volatile-lru
            - --requirepass
            - $(PASSWORD)
          {{- include "library.containerSecurity" . | nindent 10 }}
          env:
            - name: PASSWORD
              valueFrom: {secretKeyRef: {name: {{ include "library.secret" (dict "root" . "named" .Values.secrets.password "suffix" "valkey") }}, key: password}}
          ports:
            - {name: valkey, containerPort: 6379}
          startupProbe:
            tcpSocket: {port: valkey}
            periodSeconds: 1
            failureThreshold: 60
          readinessProbe:
            tcpSocket: {port: valkey}
            periodSeconds: 5
          livenessProbe:
            tcpSocket: {port: valkey}
            periodSeconds: 20
            timeoutSeconds: 5
          resources: {{- toYaml .Values.resources | nindent 12 }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
      volumes:
        - name: tmp
          emptyDir: {sizeLimit: 64Mi}
---
{{ include "library.disruptionBudget" $scope }}
---
{{ include "library.serverPolicy" (dict "root" . "component" "server" "ports" (list (dict "port" 6379 "callers" .Values.network.callers))) }}
{{- end }}
