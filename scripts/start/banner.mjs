/** What people see once the gateway answers. */
export function banner(url, { database, dataFolder, seconds }) {
  return `
  retrain is up (${seconds.toFixed(1)} s)

    dashboard   ${url}/
    API         ${url}/docs
    health      ${url}/health
    database    ${database}
    data        ${dataFolder}

    try         curl -s ${url}/predict -H 'content-type: application/json' \\
                  -d '{"home_team": "Arsenal", "away_team": "Chelsea"}'
                npx retrain status${url.endsWith(':8000') ? '' : ` --url ${url}`}

  Ctrl+C stops everything.
`;
}
